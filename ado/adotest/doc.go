// Package adotest is a stand-in for Azure DevOps Services and for the part of
// Microsoft Entra ID that signs people in to it. It lives in memory, speaks the
// real wire over any [net/http] listener, checks every token it is shown, and
// is as unpleasant as the real service where the real service is.
//
// One listener serves three hosts under three prefixes:
//
//	/login  login.microsoftonline.com     sign-in page, token endpoint, keys
//	/ado    dev.azure.com                 /ado/{organization}/...
//	/vssps  app.vssps.visualstudio.com    profile and accounts
//
// Requests that carry the real host names, or {organization}.visualstudio.com,
// are understood as well, and answered with addresses of that form.
//
// A test starts it with [net/http/httptest.NewServer] on a [Cloud]; the demo
// and the program adosim give it a listener of their own.
//
// Where the public documentation is silent the stand-in takes the harsher of
// the two readings, so that a client that works here depends on nothing that is
// not written down. Those places are marked "harsher than documented". Where
// neither reading is harsher, or observation and documentation differ, a [Mode]
// switches to the other one.
//
// A [Fault] is what goes wrong with the requests that a [Rule] chooses. A
// [Budget] models the limits of an identity, [Options].Latency the distance.
// [Cloud.Control] serves all of this to those who have only curl.
package adotest
