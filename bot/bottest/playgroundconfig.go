package bottest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// playgroundPeople is how many people beside the current user the Playground's
// configuration schema 0.1.1 demands.
const playgroundPeople = 5

// PlaygroundConfig returns a configuration file for Microsoft's Agents Playground
// (.m365agentsplayground.yml, schema 0.1.1) with the tenant, people and places of the
// Cloud's default world, as Alex Wilber sees them. The Playground reads the path in
// M365_AGENTS_PLAYGROUND_CONFIG_PATH. Conversations have the ids that they have here.
func (c *Cloud) PlaygroundConfig() []byte {
	people := c.Users(DefaultTenant)
	people = people[:min(len(people), 1+playgroundPeople)]
	var out strings.Builder
	fmt.Fprintf(&out, "version: %s\ntenantId: %s\n", quote("0.1.1"), quote(DefaultTenant))
	section(&out, "bot", "id", c.BotID(), "name", BotName)
	section(&out, "currentUser", people[0].config()...)
	out.WriteString("users:\n")
	for _, u := range people[1:] {
		item(&out, 2, u.config()...)
	}
	section(&out, "personalChat", "id", c.Personal(people[0]).ID)
	group := c.GroupChat("")
	section(&out, "groupChat", "id", group.ID, "name", group.Name)
	team := c.Team("Contoso OKRs")
	section(&out, "team", "id", team.ID, "name", team.Name, "aadGroupId", team.GroupID)
	out.WriteString("  channels:\n")
	item(&out, 4, "id", team.Channels[1].ID, "name", team.Channels[1].Name)
	return []byte(out.String())
}

// config lists the fields of a person in the Playground's spelling.
func (u User) config() []string {
	return []string{
		"id", u.ID, "name", u.Name, "userPrincipleName", u.UPN, "aadObjectId", u.ObjectID,
		"givenName", u.GivenName, "surname", u.Surname, "email", u.UPN,
	}
}

// section writes a mapping under a key; pairs alternate between key and value.
func section(out *strings.Builder, key string, pairs ...string) {
	fmt.Fprintf(out, "%s:\n", key)
	for pair := range slices.Chunk(pairs, 2) {
		fmt.Fprintf(out, "  %s: %s\n", pair[0], quote(pair[1]))
	}
}

// item writes a mapping as a member of a list.
func item(out *strings.Builder, indent int, pairs ...string) {
	lead := "- "
	for pair := range slices.Chunk(pairs, 2) {
		fmt.Fprintf(out, "%s%s%s: %s\n", strings.Repeat(" ", indent), lead, pair[0], quote(pair[1]))
		lead = "  "
	}
}

// quote writes a YAML double-quoted scalar, whose escapes are those of Go for plain text.
func quote(s string) string { return strconv.Quote(s) }
