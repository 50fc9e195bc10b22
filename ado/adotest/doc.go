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
// A test starts it with [net/http/httptest.NewServer] on a [Cloud]; the demo
// and the program adosim give it a listener of their own.
//
// Where the public documentation is silent the stand-in takes the harsher of
// the two readings, so that a client that works here depends on nothing that is
// not written down. Those places are marked "harsher than documented".
package adotest
