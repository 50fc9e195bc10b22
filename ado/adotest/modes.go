package adotest

import (
	"fmt"
	"slices"
)

// Mode names a behaviour that the public record leaves open, with the reading
// that it switches to. All modes are off at first. A client should give the same
// result either way.
type Mode string

// The modes; [Mode.About] says what each of them means.
const (
	ModeTruncateAt20000    Mode = "truncate-at-20000"
	ModeOmitCountHeader    Mode = "omit-count-header"
	ModeHeadCountsItems    Mode = "head-counts-items"
	ModeTopAvoidsLimit     Mode = "top-avoids-limit"
	ModeCountSkipsNulls    Mode = "count-skips-nulls"
	ModeOpenProjectBatch   Mode = "open-project-batch"
	ModeCapSearchTop       Mode = "cap-search-top"
	ModeSearchPrefix       Mode = "search-prefix"
	ModeSearchCase         Mode = "search-case"
	ModeRefuseUnknownOrg   Mode = "refuse-unknown-organization"
	ModeOmitTenantHeader   Mode = "omit-tenant-header"
	ModeTextThrottle       Mode = "text-throttle"
	ModeSendCost           Mode = "send-cost"
	ModePlainTypeKeys      Mode = "plain-type-keys"
	ModeWriteNulls         Mode = "write-nulls"
	ModeMarkAnswers        Mode = "mark-answers"
	ModeOmitTypeStates     Mode = "omit-type-states"
	ModeVersionOptional    Mode = "version-optional"
	ModeIterationNeedsTeam Mode = "iteration-needs-team"
	ModeTolerateReuse      Mode = "tolerate-reuse"
	ModeCodeFirst          Mode = "code-first"
	ModeNameForeignUser    Mode = "name-foreign-user"
	ModeKeepURLs           Mode = "keep-urls"
	ModeNeverPack          Mode = "never-pack"
)

// modeTexts is a function so that the package keeps no state.
func modeTexts() [][2]string {
	return [][2]string{
		{string(ModeTruncateAt20000), "a query of more than 20,000 results is cut without a word, as documented; off: 400 VS402337, as observed"},
		{string(ModeOmitCountHeader), "HEAD on a query answers without X-Total-Count, which the specification does not name"},
		{string(ModeHeadCountsItems), "HEAD on a query of links counts distinct items; off: rows"},
		{string(ModeTopAvoidsLimit), "$top of at most 20,000 avoids VS402337; off: the whole result counts"},
		{string(ModeCountSkipsNulls), "the count of a batch leaves null slots out; off: it is the length of value"},
		{string(ModeOpenProjectBatch), "a batch below a project also reads items of other projects; off: it does not find them"},
		{string(ModeCapSearchTop), "a search with $top above 200 gives 200; off: 400"},
		{string(ModeSearchPrefix), "a search matches the beginning of names; off: any part"},
		{string(ModeSearchCase), "a search minds the case; off: it does not"},
		{string(ModeRefuseUnknownOrg), "an organization that does not exist answers 401 as to a stranger; off: a 404 page"},
		{string(ModeOmitTenantHeader), "a 401 does not carry X-VSS-ResourceTenant"},
		{string(ModeTextThrottle), "the 429 of the budget is plain text; off: JSON"},
		{string(ModeSendCost), "answers under a budget carry X-RateLimit-Cost"},
		{string(ModePlainTypeKeys), "VS402335, VS402490, VS402491 and TF400733 come with typeKey VssServiceException; off: with names of their own"},
		{string(ModeWriteNulls), "properties without a value are null; off: absent"},
		{string(ModeMarkAnswers), "every JSON answer begins with a byte order mark; off: errors only"},
		{string(ModeOmitTypeStates), "the list of work item types comes without states, as in old samples"},
		{string(ModeVersionOptional), "a GET needs no api-version; off: 400"},
		{string(ModeIterationNeedsTeam), "a query with @CurrentIteration and no team answers 500 VS402612; off: the default team is meant"},
		{string(ModeTolerateReuse), "a refresh token stays good after its successor was issued, as Entra does for a while; off: AADSTS70000"},
		{string(ModeCodeFirst), "a code that nobody was given is refused before the client's secret is looked at; off: after it"},
		{string(ModeNameForeignUser), "a token of another tenant is refused as somebody who is no member; off: as a bad token, which a new sign-in at the home tenant does not mend"},
		{string(ModeKeepURLs), "answers have the addresses of all that is in them, also for who wants none"},
		{string(ModeNeverPack), "answers are never packed; off: those of a kilobyte or more are, for who takes that"},
	}
}

// Modes lists all modes.
func Modes() []Mode {
	var out []Mode
	for _, m := range modeTexts() {
		out = append(out, Mode(m[0]))
	}
	return out
}

// About says what the mode does, empty for an unknown one.
func (m Mode) About() string {
	for _, t := range modeTexts() {
		if t[0] == string(m) {
			return t[1]
		}
	}
	return ""
}

// Switch turns a mode on or off. The error is about an unknown name.
func (c *Cloud) Switch(m Mode, on bool) error {
	if m.About() == "" {
		return fmt.Errorf("unknown mode %q", m)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.modes == nil {
		c.modes = map[Mode]bool{}
	}
	c.modes[m] = on
	return nil
}

// Switched lists the modes that are on.
func (c *Cloud) Switched() []Mode {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(Modes(), func(m Mode) bool { return !c.modes[m] })
}

// TruncateAt20000 switches [ModeTruncateAt20000] (Microsoft Learn, "Work
// tracking object limits").
func (c *Cloud) TruncateAt20000(on bool) { _ = c.Switch(ModeTruncateAt20000, on) }

// OmitCountHeader switches [ModeOmitCountHeader].
func (c *Cloud) OmitCountHeader(on bool) { _ = c.Switch(ModeOmitCountHeader, on) }
