package cards

// The verbs of buttons: what comes back when one is pressed. Data keys are
// named beside each; inputs of the card come along under their ids.
const (
	VerbHelp = "help"

	VerbEnableAsk  = "integration.enable.ask"  // shows the enable card
	VerbEnable     = "integration.enable"      //
	VerbManage     = "integration.manage"      //
	VerbDisableAsk = "integration.disable.ask" //
	VerbDisable    = "integration.disable"     //

	VerbConnect             = "connection.new"                                 // starts sign-in, or the form when signed in
	VerbConnectionAccount   = "connection.account"                             // sign in with another account
	VerbConnectionOrg       = "connection.organization"                        // draft; inputs name, organization, organizationText, shared
	VerbConnectionSave      = "connection.save"                                // draft; inputs name, project, shared
	VerbConnectionBack      = "connection.back"                                // draft
	VerbConnections         = "connection.list"                                // page
	VerbConnection          = "connection.show"                                // connection
	VerbConnectionEdit      = "connection.edit"                                // connection
	VerbConnectionSignIn    = "connection.signin"                              // connection: sign in again
	VerbConnectionShare     = "connection.share"                               // connection, shared "true" or "false"
	VerbConnectionAskDel    = "connection.delete.ask"                          // connection
	VerbConnectionDelete    = "connection.delete"                              // connection
	VerbSignInCode          = "signin.code"                                    // input code
	VerbSignOutAsk          = "signout.ask"                                    //
	VerbSignOut             = "signout"                                        //
	VerbGoals               = "goal.list"                                      // offset, scope ("all" or "mine"), owner, team, period, status, kind, text; the last six are also inputs, ChoiceAny is none
	VerbGoal                = "goal.show"                                      // goal
	VerbGoalNew             = "goal.new"                                       // kind; parent optional
	VerbGoalEdit            = "goal.edit"                                      // goal
	VerbGoalSave            = "goal.save"                                      // kind, goal and version (when editing), draft (else), keep (ids of fields that are not on the card and stay); inputs: see EditGoal
	VerbGoalAskDelete       = "goal.delete.ask"                                // goal
	VerbGoalDelete          = "goal.delete"                                    // goal
	VerbGoalMine            = "goal.mine"                                      // the viewer's own goals
	VerbWhy                 = "goal.why"                                       // goal: the explanation tree
	VerbHistory             = "goal.history"                                   // goal, offset
	VerbResume              = "goal.resume"                                    // goal: back to the automatic value
	VerbCheckIn             = "checkin.form"                                   // goal
	VerbCheckInSave         = "checkin.save"                                   // goal, checkin (when editing), draft (else); inputs value, status, note, on, override
	VerbCheckInQuick        = "checkin.quick"                                  // goal; inputs value.<goal>, status.<goal>, note.<goal>, of a reminder
	VerbCheckInSame         = "checkin.same"                                   // goal: nothing has changed
	VerbCheckInEdit         = "checkin.edit"                                   // goal, checkin
	VerbCheckInAskDel       = "checkin.delete.ask"                             // goal, checkin
	VerbCheckInDelete       = "checkin.delete"                                 // goal, checkin
	VerbCloseAsk            = "goal.close.ask"                                 // goal
	VerbClose               = "goal.close"                                     // goal, draft; inputs state, score, note
	VerbReopenAsk           = "goal.reopen.ask"                                // goal
	VerbReopen              = "goal.reopen"                                    // goal
	VerbCloneAsk            = "goal.clone.ask"                                 // goal
	VerbClone               = "goal.clone"                                     // goal, draft; inputs period, start, end, scope, continue, bindings
	VerbAttention           = "attention"                                      // offset, scope
	VerbNudge               = "nudge"                                          // goal: remind who is asked for check-ins
	VerbSettings            = "settings"                                       //
	VerbSettingsSave        = "settings.save"                                  // version, keep; inputs: see EditSettings
	VerbPeriodAdd           = "settings.period.add"                            // inputs periodName, periodStart, periodEnd, periodCurrent
	VerbPeriodRemove        = "settings.period.remove"                         // period
	VerbRemindLess          = "reminder.form"                                  // the person's own reminders
	VerbRemindSave          = "reminder.save"                                  // inputs reminders, reminderWeekday, reminderHour, reminderEvery, reminderSkip
	VerbBind                = "bind.start"                                     // goal
	VerbBindConnection      = "bind.connection"                                // draft; input connection: another connection chosen
	VerbBindSearch          = "bind.search"                                    // draft; inputs connection, text, query (type-ahead choice)
	VerbBindChoose          = "bind.choose"                                    // draft; query (id), or input query
	VerbBindPreview         = "bind.preview"                                   // draft; inputs method, itemType
	VerbBindSave            = "bind.save"                                      // draft
	VerbBindBack            = "bind.back"                                      // draft: to the options
	VerbBindAgain           = "bind.again"                                     // draft: to the search
	VerbUnbindAsk           = "unbind.ask"                                     // goal
	VerbUnbind              = "unbind"                                         // goal
	VerbSync                = "sync"                                           // goal, empty for all
	VerbDigest              = "digest.form"                                    //
	VerbDigestSave          = "digest.save"                                    // inputs: see Subscribe
	VerbDigestPreview       = "digest.preview"                                 //
	VerbDigestMute          = "digest.mute"                                    // input mute: a length like 4h; empty: no longer
	VerbDigestStop          = "digest.stop"                                    //
	DatasetQueries          = "queries"                                        // Data.Query dataset of the type-ahead; data carries draft
	DatasetPeople           = "graph.microsoft.com/users"                      // the client's people picker: everyone in the organization
	DatasetMembers          = "graph.microsoft.com/users?scope=currentContext" // the client's people picker: the members of the conversation
	ChoiceAny               = "any"                                            // value of no filter
	ChoiceNone              = "none"                                           // value of no objective above, of no status chosen by hand
	CloneOne                = "one"                                            // scope of a clone: only the goal
	CloneChildren           = "children"                                       // with what stands directly below it
	CloneAll                = "all"                                            // with everything below it
	OverrideOnce            = "once"                                           // a value by hand until the next automatic one
	OverrideLasting         = "lasting"                                        // a value by hand until it is resumed
	ChoiceNewConnection     = "new"                                            // value of "Add a new connection" in the connection list
	ChoiceCustomPeriod      = "custom"                                         // value of own dates in the period list
	ChoiceAllTypes          = "all"                                            // value of all work item types
	ChoiceNoField           = "count"                                          // value of counting work items
	ChoiceOtherOrganization = "other"                                          // value of an organization typed by hand
)
