// Package files fetches the files that people send to the bot, and saves those that
// people take from it, at the hosts of Teams' files: OneDrive for Business and
// SharePoint. [Client] is the one thing that speaks to them.
//
// The addresses are given by Teams and let in whoever has them, for a while. They come in
// an activity, so where they lead is checked: only to [Hosts], not inside the own
// network, without the bot's token.
//
// Sources: "Send and receive files using bot"; "Upload large files with an upload
// session" (OneDrive). A bot has no files in GCC High, DoD and China.
package files
