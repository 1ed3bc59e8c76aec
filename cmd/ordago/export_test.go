package main

// Run is run, and Main the whole program.
var (
	Run  = run
	Main = main
)
