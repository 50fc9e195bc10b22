package goals

import (
	"okrbot/bot/chat"
	"okrbot/okr"
)

// listPhrases are ways to ask for one's own goals, and for those of a kind.
func listPhrases() map[string]string {
	return map[string]string{
		"my okrs": "mine", "my goals": "mine", "show my okrs": "mine", "show me my okrs": "mine", "list my okrs": "mine", "show mine": "mine",
		"meine okrs": "mine", "mes okrs": "mine", "mis okrs": "mine", "i miei okrs": "mine",
		"my objectives": "mine objectives", "my key results": "mine key results", "my krs": "mine krs", "my projects": "mine projects",
		"all okrs": "all", "all goals": "all", "all objectives": "all objectives", "all key results": "all key results", "all projects": "all projects",
		"objectives": "all objectives", "key results": "all key results", "projects": "all projects",
	}
}

// statusSentences ask which goals have a status, by its name and by what people call it.
func statusSentences() []chat.Sentence {
	out := []chat.Sentence{
		{Says: "(?:what|which(?: okrs| goals)?) (?:do i own|are mine|is mine|belong to me)", Arg: "mine"},
		{Says: "(?:what|which(?: okrs?| goals?| objectives?| key results?| krs?| projects?)?)(?: is| are| do we have)? (?:tagged|with (?:the )?tag)(?: with| as)? <goal>", Arg: "tag:<goal>"},
		{Says: "(?:(?:show(?: me)?|list) )?(?:all )?(?:okrs?|goals?|objectives?|key results?|krs?|projects?) (?:tagged|with (?:the )?tag)(?: with| as)? <goal>", Arg: "tag:<goal>"},
		{Says: "what am i (?:responsible for|working on)", Arg: "mine"},
	}
	for _, s := range []struct {
		words  string
		status okr.Status
	}{
		{"at[ -]risk|red|in danger", okr.AtRisk},
		{"behind|late|yellow|amber|delayed|slipping", okr.Behind},
		{"on[ -]track|green|fine", okr.OnTrack},
		{"not started|not begun", okr.NotStarted},
		{"in progress|under way", okr.StatusInProgress},
		{"closed|finished|over", okr.StatusClosed},
		{"postponed|put off", okr.StatusPostponed},
	} {
		things := "(?: okrs?| goals?| objectives?| key results?| krs?| projects?)?"
		out = append(out,
			chat.Sentence{Says: "(?:(?:what|which)" + things + " (?:is|are)|(?:is |are )?(?:there )?(?:anything|any" + things + "))(?: currently| still| now)? (?:" + s.words + ")(?: now| today| right now)?", Arg: string(s.status)},
			chat.Sentence{Says: "(?:what|which) of (?:mine|my" + things + ") (?:is|are) (?:" + s.words + ")", Arg: "mine " + string(s.status)},
		)
	}
	return out
}

// showSentences ask for one goal.
func showSentences() []chat.Sentence {
	return []chat.Sentence{
		{Says: "<id>", Arg: "<id>"},
		{Says: "(?:what|how) (?:is|about)(?: the| our)? <id>(?: about| at| now| today)*", Arg: "<id>"},
		{Says: "how is(?: the| our)? <goal>(?: doing| going| looking| coming along)?(?: now| today| so far)?", Arg: "<goal>"},
		{Says: "how (?:does|do)(?: the| our)? <goal> (?:stand|look)", Arg: "<goal>"},
		{Says: "how <id> is (?:doing|going)", Arg: "<id>"},
		{Says: "how (?:are we doing|is it going|are we) (?:on|with)(?: the| our)? <goal>", Arg: "<goal>"},
		{Says: "where (?:are we|do we stand) (?:on|with)(?: the| our)? <goal>", Arg: "<goal>"},
		{Says: "where (?:is|does) <id>(?: stand| now)?", Arg: "<id>"},
		{Says: "(?:tell me |more )about(?: the| our)? <goal>", Arg: "<goal>"},
		{Says: "(?:progress|details|info|information) (?:of|on|about|for)(?: the| our)? <goal>", Arg: "<goal>"},
		{Says: "<id> (?:status|progress|details)", Arg: "<id>"},
	}
}

func whySentences() []chat.Sentence {
	return []chat.Sentence{
		{Says: "why (?:is|does|did|has|are) <id>(?: .*)?", Arg: "<id>"},
		{Says: "how is <id> (?:calculated|computed|measured|made up)", Arg: "<id>"},
		{Says: "(?:explain|where does) <id>(?: come from)?", Arg: "<id>"},
		{Says: "where does(?: the (?:number|value) of)? <id>(?: come from)?", Arg: "<id>"},
	}
}

func historySentences() []chat.Sentence {
	return []chat.Sentence{
		{Says: "(?:history|trend|chart|graph|forecast) (?:of|for)(?: the| our)? <goal>", Arg: "<goal>"},
		{Says: "<id> (?:history|trend|chart|graph|forecast)", Arg: "<id>"},
		{Says: "how (?:has|did) <id> (?:developed?|changed?|moved?)(?: .*)?", Arg: "<id>"},
	}
}

func undoSentences() []chat.Sentence {
	return []chat.Sentence{{Says: "undo (?:it|this|that|last|(?:my|the) last(?: .*)?|my (?:check[ -]?in|edit|change|deletion))", Arg: ""}}
}
