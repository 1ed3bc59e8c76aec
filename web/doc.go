// Package web is a web server in the manner of 4D: static files of a web folder, semi-dynamic pages with 4D tags, methods reached through
// /4DACTION/, custom HTTP request handlers, and the hooks On Web Authentication and On Web Connection. The session of the caller is bound
// before any of them runs, and session.Current finds it everywhere.
//
// It is not a framework for pages: what a tag or a URL can reach is exactly what was registered, and a registered function is reached from
// outside only when it says [TagsAndURLs].
//
//	root, err := os.OpenRoot("web")
//	site, err := web.New(web.Server{
//		Manager: &session.Manager{AppName: "shop"},
//		Root:    root.FS(),
//		Methods: []*web.Method{web.NewMethod("action_Session", answer, web.TagsAndURLs)},
//		Tags:    web.Environment{Functions: []*web.Function{web.Function1("price", price, web.TagsAndURLs)}},
//	})
//	web.Mount(e, site) // or http.ListenAndServe(addr, site)
//
// # How a request is answered
//
// Bind the session; then the first that applies: a request handler; /4DACTION/Method; a file of the web folder, rendered when its name
// ends in .shtml, .shtm, .xml or .xsl; On Web Connection; 404. On Web Authentication is asked before 4DACTION and On Web Connection, and
// before a tag runs a method by name.
//
// # Expressions
//
// A tag holds an expression: literals, variables, calls of registered functions, paths such as Session.storage.cart.total, arithmetic,
// comparisons (==, !=, <, in, contains, …) and Boolean operators (and, or, not). a := expr assigns a variable of the page.
// Besides, there are len, upper, lower, trim, abs, ceil, floor, round, int, float and string, and of Session the members id, userName,
// idleTimeout (minutes), expirationDate, info, storage, hasPrivilege(name), isGuest() and getPrivileges(). Values are plain: texts,
// numbers, Booleans, lists, objects and nil; no Go value is reachable through them. A member that is missing in an object is nil, and nil
// is shown as empty text.
//
// The code in an error text (S-406) is 1: the expression cannot be read; 2: a name is unknown; 3: the method has no tags-and-URLs
// attribute; 4: an argument or a value has the wrong type; 5: the called function returned an error; 6: there is no session;
// 7: On Web Authentication refused; 8: results nest too deeply. What happened in detail is in the log.
//
// # What protects a page
//
// 4DTEXT escapes, and no tag in its output is ever evaluated. Output of 4DHTML and 4DEVAL is evaluated again for comment tags, as in 4D:
// never give them text that came from a user. The same holds for text sent by [Call.SendText]. Who can write a file into the web folder
// can run every method with the attribute. Time, output, tags evaluated, nesting and
// the size of expressions and values are limited ([Limits]); a page that passes a limit is answered as an error.
package web
