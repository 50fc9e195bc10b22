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

	VerbConnect             = "connection.new"          // starts sign-in, or the form when signed in
	VerbConnectionAccount   = "connection.account"      // sign in with another account
	VerbConnectionOrg       = "connection.organization" // draft; inputs name, organization, organizationText, shared
	VerbConnectionSave      = "connection.save"         // draft; inputs name, project, shared
	VerbConnectionBack      = "connection.back"         // draft
	VerbConnections         = "connection.list"         // page
	VerbConnection          = "connection.show"         // connection
	VerbConnectionEdit      = "connection.edit"         // connection
	VerbConnectionSignIn    = "connection.signin"       // connection: sign in again
	VerbConnectionShare     = "connection.share"        // connection, shared "true" or "false"
	VerbConnectionAskDel    = "connection.delete.ask"   // connection
	VerbConnectionDelete    = "connection.delete"       // connection
	VerbSignInCode          = "signin.code"             // input code
	VerbSignOutAsk          = "signout.ask"             //
	VerbSignOut             = "signout"                 //
	VerbGoals               = "goal.list"               // page
	VerbGoal                = "goal.show"               // goal
	VerbGoalNew             = "goal.new"                // kind; parent optional
	VerbGoalEdit            = "goal.edit"               // goal
	VerbGoalSave            = "goal.save"               // kind, goal (when editing), draft (else); inputs title, parent, period, start, end, metric, unit, startValue, target
	VerbGoalAskDelete       = "goal.delete.ask"         // goal
	VerbGoalDelete          = "goal.delete"             // goal
	VerbBind                = "bind.start"              // goal
	VerbBindConnection      = "bind.connection"         // draft; input connection: another connection chosen
	VerbBindSearch          = "bind.search"             // draft; inputs connection, text, query (type-ahead choice)
	VerbBindChoose          = "bind.choose"             // draft; query (id), or input query
	VerbBindPreview         = "bind.preview"            // draft; inputs method, itemType
	VerbBindSave            = "bind.save"               // draft
	VerbBindBack            = "bind.back"               // draft: to the options
	VerbBindAgain           = "bind.again"              // draft: to the search
	VerbUnbindAsk           = "unbind.ask"              // goal
	VerbUnbind              = "unbind"                  // goal
	VerbSync                = "sync"                    // goal, empty for all
	VerbDigest              = "digest.form"             //
	VerbDigestSave          = "digest.save"             // input objectives (comma-separated; empty: all)
	VerbDigestStop          = "digest.stop"             //
	DatasetQueries          = "queries"                 // Data.Query dataset of the type-ahead; data carries draft
	ChoiceNewConnection     = "new"                     // value of "Add a new connection" in the connection list
	ChoiceCustomPeriod      = "custom"                  // value of own dates in the period list
	ChoiceAllTypes          = "all"                     // value of all work item types
	ChoiceNoField           = "count"                   // value of counting work items
	ChoiceOtherOrganization = "other"                   // value of an organization typed by hand
)
