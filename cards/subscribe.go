package cards

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"okrbot/okr"
)

// The verbs of a place's digest, with the inputs that come along.
const (
	VerbDigest        = "digest.form"
	VerbDigestSave    = "digest.save" // inputs: see [Subscribe]
	VerbDigestPreview = "digest.preview"
	VerbDigestMute    = "digest.mute" // input mute; without it the digest is muted no longer
	VerbDigestStop    = "digest.stop"
	VerbDigestNew     = "digest.new" // one more in the place
)

// KeyDigest says which of several digests of the place is meant, by its slot.
const KeyDigest = "digest"

// The inputs of a digest's form.
const (
	InputObjectives = "objectives"
	InputTeams      = "teams"
	InputPeople     = "people"  // ids; with tags as [InputTags]
	InputCadence    = "cadence" // an okr.Cadence
	InputHour       = "hour"
	InputWeekday    = "weekday"
	InputQuietFrom  = "quietFrom"
	InputQuietTo    = "quietTo"
	InputQuietDays  = "quietDays"
	InputWhen       = "when"   // "changes" or "always"
	InputThread     = "thread" // "new", "one" or "this"
	InputAtOnce     = "atOnce" // "digest" or "once"
	InputZone       = "zone"
	InputMute       = "mute" // a length such as 4h
)

// DigestForm is the state of the subscription card of a conversation. Hours are
// numbers from 0 to 23, days of the week those of [time.Weekday], as text.
type DigestForm struct {
	Place      string // the conversation's name or "this channel"
	Objectives []Choice
	Chosen     []string
	Teams      []string // names to choose from
	OfTeams    []string // chosen ones
	People     []Choice // to choose from
	OfPeople   []string
	Tags       []string
	OfTags     []string
	Slot       string // which of several it is; empty: the first
	Draft      string // of a further one: the form that makes it
	Others     int    // how many others the place gets
	AtOnce     bool   // each check-in is told at once, too
	HereOnly   bool   // all go into the thread of the form
	Readers    Readers
	ByHand     bool   // nothing is measured in Azure DevOps: the integration was never enabled
	Cadence    string // an okr.Cadence
	Hour       string
	Weekday    string
	QuietFrom  string // empty: no quiet hours
	QuietTo    string
	QuietDays  []string
	Always     bool
	MayThread  bool // a channel, which has threads
	Threaded   bool
	Zone       string   // of all hours
	Zones      []string // to choose from; fewer than two: the zone is only shown
	Subscribed bool
	Paused     string
	MutedTill  time.Time
	Next       time.Time
	Error      FieldError
}

// Readers says who reads along in a place.
type Readers string

// The readers of places.
const (
	ReadersHere    Readers = ""        // those who are in it: a group chat, a channel of a team
	ReadersOne     Readers = "one"     // one person: a chat with okrbot
	ReadersPrivate Readers = "private" // the members of a private channel, which are not those of its team
	ReadersShared  Readers = "shared"  // the members of a shared channel, of other teams and organizations too
)

// readers say who reads the digests of a place, and what they see there.
func readers(f DigestForm, place string) md {
	who := mdf("Everyone in %s sees this digest.", place)
	switch f.Readers {
	case ReadersOne:
		who = "Only you see this digest."
	case ReadersPrivate:
		who = "Every member of this private channel sees this digest."
	case ReadersShared:
		who = "Every member of this shared channel sees this digest, including people from other teams and organizations."
	case ReadersHere:
	}
	if f.ByHand {
		return who + " Private OKRs are never posted."
	}
	return who + " It can name work items that the account of a connection can read in Azure DevOps. Private OKRs are never posted."
}

// Subscribe is the form of a place's digest. The ids of its inputs are objectives,
// teams and quietDays (comma-separated, teams escaped as in a URL's query; empty:
// all, all and none), cadence, hour, weekday, quietFrom, quietTo, when, thread and zone.
func Subscribe(p Place, f DigestForm) Card {
	return fit(func(bytes int) Card { return subscribeCard(p, f, bytes) })
}

func orThisPlace(name string) string {
	if name == "" {
		return "this conversation"
	}
	return name
}

func subscribeCard(p Place, f DigestForm, bytes int) Card {
	place := orThisPlace(f.Place)
	title := "Digest for " + place
	head := append([]element{heading(mdf("%s", title)), text("I post what changed and why, at most once an hour.")}, digestState(p, f)...)
	in := form{err: f.Error}
	in.add(choiceInput(InputCadence, "How often", orAny(f.Cadence), digestCadences()))
	in.addPair(choiceInput(InputHour, "Time", f.Hour, hours()), choiceInput(InputWeekday, "Day (weekly)", f.Weekday, weekdays()))
	if len(f.Objectives) == 0 {
		in.show(text("There are no objectives yet. The digest will follow every one that is created."))
	} else {
		in.add(manyInput(InputObjectives, "Objectives (leave empty to follow everything)", f.Objectives, f.Chosen, bytes))
	}
	if scope := digestScope(f, bytes); len(scope.body) > 0 {
		in.addFolded("scope", "Teams, people, tags", len(f.OfTeams)+len(f.OfPeople)+len(f.OfTags) > 0, scope)
	}
	in.addFolded("more", "Quiet times and more", f.QuietFrom != "" || len(f.QuietDays) > 0 || f.AtOnce, digestMore(f))
	in.show(box("emphasis", text(readers(f, place))))
	return newCard(title, in.elements(head...), digestActions(f)...)
}

// digestCadences are the cadences of a digest as people choose them.
func digestCadences() []Choice {
	return []Choice{
		{Title: "Hourly, when something changes", Value: ChoiceAny},
		{Title: "Daily", Value: string(okr.Daily)},
		{Title: "Weekly", Value: string(okr.Weekly)},
	}
}

// digestScope asks what else than objectives a digest follows.
func digestScope(f DigestForm, bytes int) form {
	in := form{err: f.Error}
	if teams := wordChoices(f.OfTeams, f.Teams); len(teams) > 0 {
		in.add(manyInput(InputTeams, "Teams", teams, teamValues(f.OfTeams), bytes/4))
	}
	if len(f.People) > 0 {
		in.add(manyInput(InputPeople, "People (OKRs they own or check in)", f.People, f.OfPeople, bytes/4))
	}
	if tags := wordChoices(f.OfTags, f.Tags); len(tags) > 0 {
		in.add(manyInput(InputTags, "Tags", tags, teamValues(f.OfTags), bytes/4))
	}
	return in
}

// digestState says when the next digest comes, or why none does.
func digestState(p Place, f DigestForm) []element {
	switch {
	case f.Paused != "":
		return []element{box("warning", text(mdn(maxMessage, "Paused: %s", f.Paused)), note("Save to resume it."))}
	case !f.MutedTill.IsZero() && f.MutedTill.After(p.Now):
		return []element{box("warning", text("Muted until "+p.at(f.MutedTill)+"."), note("You'll get one catch-up post."))}
	case !f.Next.IsZero():
		return []element{note("Next digest: " + p.at(f.Next) + " at the earliest.")}
	}
	return nil
}

// wordChoices offers words, the chosen ones first.
func wordChoices(chosen, all []string) []Choice {
	var out []Choice
	for _, name := range append(slices.Clone(chosen), all...) {
		if !slices.ContainsFunc(out, func(c Choice) bool { return strings.EqualFold(c.Title, name) }) {
			out = append(out, Choice{Title: name, Value: url.QueryEscape(name)})
		}
	}
	return out
}

// teamValues are names of teams as values: without the comma, which parts values.
func teamValues(names []string) []string {
	var out []string
	for _, name := range names {
		out = append(out, url.QueryEscape(name))
	}
	return out
}

func digestMore(f DigestForm) form {
	in := form{err: f.Error}
	none := []Choice{{Title: "None", Value: ChoiceNone}}
	in.addPair(choiceInput(InputQuietFrom, "Quiet from", orNone(f.QuietFrom), append(none, hours()...)),
		choiceInput(InputQuietTo, "Quiet until", orNone(f.QuietTo), append(none, hours()...)))
	in.add(manyInput(InputQuietDays, "Quiet days", weekdays(), f.QuietDays, maxChoiceBytes))
	when := "changes"
	if f.Always {
		when = "always"
	}
	in.add(choiceInput(InputWhen, "When nothing changed", when, []Choice{{Title: "Post nothing", Value: "changes"}, {Title: "Post anyway", Value: "always"}}))
	atOnce := "digest"
	if f.AtOnce {
		atOnce = "once"
	}
	in.add(choiceInput(InputAtOnce, "Check-ins", atOnce, []Choice{{Title: "In the digest", Value: "digest"}, {Title: "Also post each one right away", Value: "once"}}))
	if f.MayThread {
		thread := "new"
		switch {
		case f.HereOnly:
			thread = "this"
		case f.Threaded:
			thread = "one"
		}
		in.add(choiceInput(InputThread, "Where in the channel", thread, []Choice{
			{Title: "A new post each time", Value: "new"}, {Title: "One thread for all", Value: "one"}, {Title: "This thread", Value: "this"},
		}))
	}
	if len(f.Zones) > 1 {
		in.add(choiceInput(InputZone, "Time zone", f.Zone, zoneChoices(f.Zones)))
	} else {
		in.show(note(mdf("Times are in the time zone %s.", f.Zone)))
	}
	in.show(note("After quiet times you get one catch-up post."))
	return in
}

func zoneChoices(names []string) []Choice {
	var out []Choice
	for _, name := range names {
		out = append(out, Choice{Title: name, Value: name})
	}
	return out
}

// orNone stands for the empty value, which is no value of a choice.
func orNone(value string) string {
	if value == "" {
		return ChoiceNone
	}
	return value
}

func digestActions(f DigestForm) []action {
	if !f.Subscribed && f.Draft != "" {
		return []action{run("Subscribe", VerbDigestSave, KeyDraft, f.Draft).positive()}
	}
	if !f.Subscribed {
		return []action{run("Subscribe", VerbDigestSave).positive()}
	}
	actions := []action{run("Save", VerbDigestSave, KeyDigest, f.Slot).positive(), run("Preview", VerbDigestPreview, KeyDigest, f.Slot).bare()}
	if f.Paused == "" {
		actions = append(actions, muteAction(f))
	}
	return append(actions, run("Add another digest", VerbDigestNew).bare().secondary(), run("Stop digest", VerbDigestStop, KeyDigest, f.Slot).bare().destructive().secondary())
}

func muteAction(f DigestForm) action {
	if !f.MutedTill.IsZero() {
		return run("Unmute", VerbDigestMute, KeyDigest, f.Slot).bare()
	}
	lengths := []Choice{
		{Title: "4 hours", Value: "4h"}, {Title: "1 day", Value: "1d"}, {Title: "3 days", Value: "3d"}, {Title: "1 week", Value: "7d"}, {Title: "2 weeks", Value: "14d"},
	}
	return unfold("Mute", []element{choiceInput(InputMute, "Mute for", "1d", lengths)}, run("Mute digest", VerbDigestMute, KeyDigest, f.Slot))
}

// manyInput lets people choose several; the choices that fit in so many bytes, and
// all chosen ones.
func manyInput(id, label string, choices []Choice, chosen []string, bytes int) input {
	in := &inputBody{Type: "Input.ChoiceSet", ID: id, Label: label, Style: "compact", IsMultiSelect: true, Choices: choicesWithin(bytes, choices, chosen...)}
	var values []string
	for _, c := range in.Choices {
		if slices.Contains(chosen, c.Value) {
			values = append(values, c.Value)
		}
	}
	in.Value = strings.Join(values, ",")
	return in
}

// whenOfPlan says when a digest comes. Zone is that of its hours; empty: nobody has to be
// told.
func whenOfPlan(plan okr.DigestPlan, zone string) string {
	at := fmt.Sprintf("between %02d:00 and %02d:00", plan.Rule.Hour, (plan.Rule.Hour+1)%24)
	if zone != "" {
		at += " (" + zone + ")"
	}
	switch {
	case plan.Rule.Cadence == okr.Daily:
		return "Every day " + at
	case plan.Rule.Cadence == okr.Weekly:
		return "Every " + plan.Rule.Weekday.String() + " " + at
	case plan.Always:
		return "Every hour"
	}
	return "At most once an hour"
}

// PlanText is a digest's plan in a few sentences. Zone is as in whenOfPlan.
func PlanText(plan okr.DigestPlan, zone string) string {
	what := "what changed in " + scopeOfPlan(plan) + ", with the reason."
	out := whenOfPlan(plan, zone) + ", I post here " + what
	if plan.Rule.Cadence == okr.Hourly && !plan.Always {
		out = "When something changes in " + scopeOfPlan(plan) + ", I post it here, at most once an hour, with the reason."
	} else if !plan.Always {
		out += " When nothing changed, I post nothing."
	}
	if plan.CheckIns {
		out += " I also post each check-in right away."
	}
	if q := quietText(plan.Quiet); q != "" {
		out += " Quiet " + q + "; I catch up afterwards."
	}
	return out
}

func scopeOfPlan(plan okr.DigestPlan) string {
	var parts []string
	for _, id := range plan.Objectives {
		parts = append(parts, string(id))
	}
	for _, team := range plan.Teams {
		parts = append(parts, "team "+team)
	}
	for _, who := range plan.People {
		parts = append(parts, "OKRs of "+who.Name)
	}
	for _, tag := range plan.Tags {
		parts = append(parts, "tag "+tag)
	}
	if len(parts) == 0 {
		return "all objectives"
	}
	return strings.Join(parts, ", ")
}

func quietText(q okr.Quiet) string {
	var parts, days []string
	if q.From != q.To {
		parts = append(parts, fmt.Sprintf("from %02d:00 to %02d:00", q.From, q.To))
	}
	for _, d := range q.Days {
		days = append(days, d.String()+"s")
	}
	if len(days) > 0 {
		parts = append(parts, "on "+listed(days))
	}
	return listed(parts)
}

// listed joins words as in a sentence.
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
