// Package bottest is a stand-in for the Microsoft Teams cloud, as a bot sees it:
// the OpenID metadata and keys that inbound tokens are checked against, the token
// endpoint from which the bot draws its own token, the connector to which it posts,
// the people who write to it, and the OneDrive in which their files are. It runs in process, speaks real HTTP and holds
// everything in memory. It is for tests and for the demo; it is not hardened and it
// is no part of a bot that serves people.
//
// It is deliberately strict where Teams is: every connector call needs a bearer
// token that the stand-in itself issued, conversation ids must be escaped, text and
// attachments in one activity bring no id back, and a payload above 100 KB is refused.
//
// A conversation test reads like this:
//
//	cloud, err := bottest.Start(bottest.Options{AppID: id, AppPassword: secret, AppTenant: tenant})
//	defer cloud.Close()
//	cloud.SetBot(botURL + "/api/messages")
//	alex := cloud.User("alex")
//	chat := cloud.Personal(alex)
//	d, err := cloud.Say(ctx, chat, alex, "help")
//	post, err := cloud.WaitCard(ctx, chat.Since(d), "what I can do")
//	answer, err := cloud.Press(ctx, post, alex, "Connect")
//
// Files that people send are at addresses that let in without a token for an hour, and
// refuse one; what a bot saves for them has to come in pieces, in order and of the sizes
// that OneDrive takes.
//
// The wire follows the public documentation of the Bot Framework ("Authentication
// with the Bot Connector API", "Bot Framework REST API reference") and of Teams
// ("Send proactive messages", "Send and receive files using bot", "Universal Actions for Adaptive Cards", "Typeahead
// search in Adaptive Cards", "Optimize your bot with rate limiting").
package bottest
