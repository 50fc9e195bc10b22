// Package bot is the conversation of okrbot in Microsoft Teams ([Bot]): commands
// and buttons share one code path, the sign-in to Azure DevOps is okrbot's own,
// and digests, notices and outcomes of syncs are posted by it. The wire is
// [okrbot/bot/teams].
package bot
