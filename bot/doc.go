// Package bot is okrbot in Microsoft Teams. One half is the wire: it checks who
// sends an activity ([Validator]), answers it ([Server]) and speaks to the
// connector ([Connector]). The other half is the conversation ([Bot]): commands
// and buttons share one code path, the sign-in to Azure DevOps is okrbot's own,
// and digests, notices and outcomes of syncs are posted by it.
//
// Identity comes from the verified activity only, never from what a card
// carries.
package bot
