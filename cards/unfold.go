package cards

import (
	"fmt"
	"strconv"

	"okrbot/okr"
)

// The verbs of what unfolds from addresses in messages.
const (
	// VerbAddress shows what an address leads to, for whoever presses. Its data is code.
	VerbAddress = "address.open"
	// VerbAddressBind offers to bind a query or work item of Azure DevOps. Its data is org,
	// project and query or item.
	VerbAddressBind = "address.bind"
)

// What the buttons of addresses carry.
const (
	KeyCode          = "code"          // what stands in an address behind [AddressPath]
	KeyRemoteProject = "remoteProject" // of Azure DevOps, by its name or id
)

// AddressView is an address of okrbot whose content is not for everyone in a message.
type AddressView struct {
	URL  string
	Code string // of the button that opens it; empty: there is none, only the page
	Mine bool   // the only reader may see what is private there
}

// Address is what an address unfolds into where okrbot must not say what it leads to:
// the same whether that is private, deleted, of others or nothing at all.
func Address(v AddressView) Card {
	const title = "A link to okrbot"
	words := md("Open it to see what it shows. You need access to it.")
	if v.Mine {
		words = "It shows something private that you can see. I don't show it to anyone else."
	}
	var actions []action
	if v.Code != "" {
		actions = append(actions, run("Open", VerbAddress, KeyCode, v.Code).positive())
	}
	return newCard(title, []element{heading(title), text(words)}, withLink(actions, "About this link", v.URL)...)
}

// MovedView is an address of Azure DevOps with the goals that it moves.
type MovedView struct {
	Link    okr.AzureLink
	URL     string
	Views   []GoalView
	Total   int
	MayBind bool // somebody may want to bind the query or work item
}

// Moved is what an address of Azure DevOps unfolds into: the goals measured by it.
func Moved(p Place, v MovedView) Card {
	title := fmt.Sprintf("Work item %d", v.Link.Item)
	if v.Link.Query != "" {
		title = "Query in Azure DevOps"
		if len(v.Views) > 0 && v.Views[0].Goal.Binding != nil {
			title = "Query “" + okr.Shorten(v.Views[0].Goal.Binding.Query.Name, maxRow) + "”"
		}
	}
	body := []element{heading(mdn(maxLong, "%s", title)), note(joinMD(" / ", mdf("%s", v.Link.Organization), azureProject(v.Link)))}
	shown := rows(len(v.Views), func(i int) element { return goalLine(p, v.Views[i], 0).separated() })
	if len(shown) > 0 {
		body = append(body, section("OKRs measured by it"))
	} else {
		body = append(body, text("No OKR that everyone here can see is measured by it."))
	}
	body = append(append(body, shown...), more(v.Total-len(shown), "OKR")...)
	var actions []action
	if v.MayBind {
		item := ""
		if v.Link.Query == "" {
			item = strconv.Itoa(v.Link.Item)
		}
		actions = append(actions, run("Bind to a key result", VerbAddressBind, KeyOrganization, v.Link.Organization, KeyRemoteProject, v.Link.Project, KeyQuery, v.Link.Query, KeyItem, item).positive())
	}
	return newCard(movedSummary(title, v.Total), body, withLink(actions, "Open in Azure DevOps", v.URL)...)
}

func movedSummary(title string, total int) string {
	if total == 0 {
		return title
	}
	return fmt.Sprintf("%s measures %s", title, count(total, "OKR"))
}

// azureProject is the project of an address where it has a name there and no id.
func azureProject(l okr.AzureLink) md {
	if len(l.Project) == len("00000000-0000-4000-8000-000000000000") && l.Project[8] == '-' {
		return ""
	}
	return mdf("%s", l.Project)
}
