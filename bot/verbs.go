package bot

import (
	"context"

	"okrbot/cards"
)

// verbTable says what each button does. Buttons do everything that commands do.
func (b *Bot) verbTable() map[string]pressHandler {
	return map[string]pressHandler{
		cards.VerbHelp: pressed(b.help),

		cards.VerbEnableAsk:  pressed(b.askEnable),
		cards.VerbEnable:     b.enable,
		cards.VerbManage:     pressed(b.manage),
		cards.VerbDisableAsk: pressed(b.askDisable),
		cards.VerbDisable:    b.disable,

		cards.VerbConnect:           b.pressConnect,
		cards.VerbConnectionAccount: b.pressSignIn,
		cards.VerbConnectionOrg:     b.connectionOrganization,
		cards.VerbConnectionSave:    b.saveConnection,
		cards.VerbConnectionBack:    b.connectionBack,
		cards.VerbConnections:       b.pressConnections,
		cards.VerbConnection:        b.pressConnection,
		cards.VerbConnectionEdit:    b.editConnection,
		cards.VerbConnectionSignIn:  b.signInConnection,
		cards.VerbConnectionShare:   b.shareConnection,
		cards.VerbConnectionAskDel:  b.askDeleteConnection,
		cards.VerbConnectionDelete:  b.deleteConnection,
		cards.VerbMoveAsk:           b.askMove,
		cards.VerbMovePreview:       b.pressMovePreview,
		cards.VerbMove:              b.moveBindings,
		cards.VerbHandOverAsk:       b.askHandOver,
		cards.VerbHandOver:          b.pressHandOver,
		cards.VerbHandOverDrop:      b.dropOffer,
		cards.VerbTakeOverAsk:       b.askTakeOver,
		cards.VerbTakeOver:          b.pressTakeOver,
		cards.VerbSignInCode:        b.pressCode,
		cards.VerbSignOutAsk:        pressed(b.askSignOut),
		cards.VerbSignOut:           b.signOut,

		cards.VerbGoals:         b.pressGoals,
		cards.VerbGoalMine:      b.pressMine,
		cards.VerbWhy:           withGoal(b.whyCard),
		cards.VerbHistory:       b.pressHistory,
		cards.VerbSettings:      pressed(b.showSettings),
		cards.VerbSettingsSave:  b.saveSettings,
		cards.VerbPeriodAdd:     b.addPeriod,
		cards.VerbPeriodRemove:  b.removePeriod,
		cards.VerbGoal:          withGoal(b.goalCard),
		cards.VerbGoalNew:       b.pressNewGoal,
		cards.VerbGoalEdit:      withGoal(b.editGoalForm),
		cards.VerbGoalSave:      b.saveGoal,
		cards.VerbGoalAskDelete: withGoal(b.askDeleteGoal),
		cards.VerbGoalDelete:    withGoal(b.deleteGoal),

		cards.VerbBind:           b.pressBind,
		cards.VerbBindConnection: b.bindConnection,
		cards.VerbBindSearch:     b.bindSearch,
		cards.VerbBindChoose:     b.pressChooseQuery,
		cards.VerbBindPreview:    b.bindPreview,
		cards.VerbBindSave:       b.saveBinding,
		cards.VerbBindBack:       b.bindBack,
		cards.VerbBindAgain:      b.bindAgain,
		cards.VerbUnbindAsk:      withGoal(b.askUnbindGoal),
		cards.VerbUnbind:         withGoal(b.unbind),

		cards.VerbCheckIn:       withGoal(b.checkInForm),
		cards.VerbCheckInSave:   b.saveCheckIn,
		cards.VerbCheckInQuick:  b.quickCheckIn,
		cards.VerbCheckInSame:   b.sameAsBefore,
		cards.VerbCheckInEdit:   b.editCheckIn,
		cards.VerbCheckInAskDel: b.askDeleteCheckIn,
		cards.VerbCheckInDelete: b.deleteCheckIn,
		cards.VerbResume:        withGoal(b.resumeAutomatic),
		cards.VerbRemindLess:    pressed(b.reminders),
		cards.VerbRemindSave:    b.saveReminders,

		cards.VerbCloseAsk:  withGoal(b.askClose),
		cards.VerbClose:     b.saveClose,
		cards.VerbReopenAsk: withGoal(b.askReopen),
		cards.VerbReopen:    withGoal(b.reopen),
		cards.VerbCloneAsk:  withGoal(b.askClone),
		cards.VerbClone:     b.saveClone,

		cards.VerbAttention: b.pressStatus,
		cards.VerbNudge:     withGoal(b.nudgeAsked),

		cards.VerbSync:       b.pressSync,
		cards.VerbDigest:     pressed(b.digest),
		cards.VerbDigestSave: b.saveDigest,
		cards.VerbDigestStop: b.stopDigest,

		cards.VerbDigestPreview: b.previewDigest,
		cards.VerbDigestMute:    b.muteDigest,
	}
}

// pressed makes a button of a command without its argument.
func pressed(run func(context.Context, *turn, string) (reply, error)) pressHandler {
	return func(ctx context.Context, t *turn, _ press) (reply, error) { return run(ctx, t, "") }
}
