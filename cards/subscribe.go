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

// readers begin the sentence about what is seen in a place.
func readers(f DigestForm, place string) md {
	switch f.Readers {
	case ReadersOne:
		return "Here you see"
	case ReadersPrivate:
		return "Every member of this private channel sees"
	case ReadersShared:
		return "Every member of this shared channel, people of other teams and organizations included, sees"
	default:
		return mdf("Everybody in %s sees", place)
	}
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
	head := append([]element{heading(mdf("%s", title)), text("A card tells what moved, from what to what and why: at most one an hour, and none when nothing did unless you ask for it.")}, digestState(p, f)...)
	in := form{err: f.Error}
	if len(f.Objectives) == 0 {
		in.show(text("There is no objective yet. The digest will tell of all that are made."))
	} else {
		in.add(manyInput(InputObjectives, "Objectives (choose nothing here and below to follow everything)", f.Objectives, f.Chosen, bytes))
	}
	if teams := wordChoices(f.OfTeams, f.Teams); len(teams) > 0 {
		in.add(manyInput(InputTeams, "Teams", teams, teamValues(f.OfTeams), bytes/4))
	}
	if len(f.People) > 0 {
		in.add(manyInput(InputPeople, "What these people own or check in", f.People, f.OfPeople, bytes/4))
	}
	if tags := wordChoices(f.OfTags, f.Tags); len(tags) > 0 {
		in.add(manyInput(InputTags, "Tags", tags, teamValues(f.OfTags), bytes/4))
	}
	in.add(choiceInput(InputCadence, "How often", orAny(f.Cadence), cadences()))
	in.addPair(choiceInput(InputHour, "From (daily, weekly)", f.Hour, hours()), choiceInput(InputWeekday, "On (weekly)", f.Weekday, weekdays()))
	in.addFolded("more", "Quiet times, and more", f.QuietFrom != "" || len(f.QuietDays) > 0 || f.AtOnce, digestMore(f))
	in.show(box("emphasis", text(readers(f, place)+" what each connection's owner can see in Azure DevOps, titles of work items included.")))
	return newCard(title, in.elements(head...), digestActions(f)...)
}

// digestState says what stands in the way of the next digest.
func digestState(p Place, f DigestForm) []element {
	switch {
	case f.Paused != "":
		return []element{box("warning", text(mdn(maxMessage, "Paused: %s", f.Paused)), note("Saving goes on with it."))}
	case !f.MutedTill.IsZero() && f.MutedTill.After(p.Now):
		return []element{box("warning", text("Muted until "+p.at(f.MutedTill)+"."), note("What moves meanwhile is told afterwards."))}
	case !f.Next.IsZero():
		return []element{note("The next one may come from " + p.at(f.Next) + " on.")}
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
	none := []Choice{{Title: "none", Value: ChoiceNone}}
	in.addPair(choiceInput(InputQuietFrom, "Quiet from", orNone(f.QuietFrom), append(none, hours()...)),
		choiceInput(InputQuietTo, "Quiet until", orNone(f.QuietTo), append(none, hours()...)))
	in.add(manyInput(InputQuietDays, "Quiet days", weekdays(), f.QuietDays, maxChoiceBytes))
	when := "changes"
	if f.Always {
		when = "always"
	}
	in.add(choiceInput(InputWhen, "Post", when, []Choice{{Title: "only when something moved", Value: "changes"}, {Title: "always, also when nothing moved", Value: "always"}}))
	atOnce := "digest"
	if f.AtOnce {
		atOnce = "once"
	}
	in.add(choiceInput(InputAtOnce, "Check-ins", atOnce, []Choice{{Title: "in the digest", Value: "digest"}, {Title: "each at once, too", Value: "once"}}))
	if f.MayThread {
		thread := "new"
		switch {
		case f.HereOnly:
			thread = "this"
		case f.Threaded:
			thread = "one"
		}
		in.add(choiceInput(InputThread, "In the channel", thread, []Choice{
			{Title: "a new post each time", Value: "new"}, {Title: "all in one thread", Value: "one"}, {Title: "all in this thread", Value: "this"},
		}))
	}
	if len(f.Zones) > 1 {
		in.add(choiceInput(InputZone, "Time zone of these hours", f.Zone, zoneChoices(f.Zones)))
	} else {
		in.show(note(mdf("Hours are those of %s.", f.Zone)))
	}
	in.show(note("What moves in a quiet time is told afterwards, in one post."))
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
	return append(actions, run("Add another digest", VerbDigestNew).bare().secondary(), run("Stop the digest", VerbDigestStop, KeyDigest, f.Slot).bare().destructive().secondary())
}

func muteAction(f DigestForm) action {
	if !f.MutedTill.IsZero() {
		return run("Unmute", VerbDigestMute, KeyDigest, f.Slot).bare()
	}
	lengths := []Choice{
		{Title: "4 hours", Value: "4h"}, {Title: "a day", Value: "1d"}, {Title: "3 days", Value: "3d"}, {Title: "a week", Value: "7d"}, {Title: "2 weeks", Value: "14d"},
	}
	return unfold("Mute", []element{choiceInput(InputMute, "For how long", "1d", lengths)}, run("Mute it", VerbDigestMute, KeyDigest, f.Slot))
}

// manyInput lets people choose several; the choices that fit in so many bytes, and
// all chosen ones.
func manyInput(id, label string, choices []Choice, chosen []string, bytes int) input {
	in := input{Type: "Input.ChoiceSet", ID: id, Label: label, Style: "compact", IsMultiSelect: true, Choices: choicesWithin(bytes, choices, chosen...)}
	var values []string
	for _, c := range in.Choices {
		if slices.Contains(chosen, c.Value) {
			values = append(values, c.Value)
		}
	}
	in.Value = strings.Join(values, ",")
	return in
}

// whenOfPlan says how often a digest comes.
func whenOfPlan(plan okr.DigestPlan, zone string) string {
	at := fmt.Sprintf("between %02d:00 and %02d:00 (%s)", plan.Rule.Hour, (plan.Rule.Hour+1)%24, zone)
	switch {
	case plan.Rule.Cadence == okr.Daily:
		return "Every day " + at
	case plan.Rule.Cadence == okr.Weekly:
		return "Every " + plan.Rule.Weekday.String() + " " + at
	case plan.Always:
		return "Every hour"
	}
	return "Every hour in which something moves"
}

// PlanText is a digest's plan in a sentence.
func PlanText(plan okr.DigestPlan, zone string) string {
	out := whenOfPlan(plan, zone) + ", one card here says what moved in " + scopeOfPlan(plan) + ", from what to what and why."
	if !plan.Always {
		out += " When nothing moved, nothing is posted."
	}
	if plan.CheckIns {
		out += " Each check-in is posted at once, too."
	}
	if q := quietText(plan.Quiet); q != "" {
		out += " Quiet " + q + "; what moves then is told afterwards."
	}
	return out
}

func scopeOfPlan(plan okr.DigestPlan) string {
	var parts []string
	for _, id := range plan.Objectives {
		parts = append(parts, string(id))
	}
	for _, team := range plan.Teams {
		parts = append(parts, "the team "+team)
	}
	for _, who := range plan.People {
		parts = append(parts, "what "+who.Name+" owns or checks in")
	}
	for _, tag := range plan.Tags {
		parts = append(parts, "the tag "+tag)
	}
	if len(parts) == 0 {
		return "all objectives"
	}
	return strings.Join(parts, ", ")
}

func quietText(q okr.Quiet) string {
	var parts []string
	if q.From != q.To {
		parts = append(parts, fmt.Sprintf("from %02d:00 to %02d:00", q.From, q.To))
	}
	for _, d := range q.Days {
		parts = append(parts, "on "+d.String()+"s")
	}
	return strings.Join(parts, ", ")
}
