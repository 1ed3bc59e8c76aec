package invoices

// HashPassword lets tests make people who can sign in.
var HashPassword = hashPassword
