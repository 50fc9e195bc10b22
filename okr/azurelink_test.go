package okr_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// TestAzureLinks reads every form in which the address of a query or a work item is copied.
func TestAzureLinks(t *testing.T) {
	t.Parallel()
	const id = "2f6c0f1e-1111-4111-8111-111111111111"
	query := okr.AzureLink{Organization: "contoso", Project: "Fabrikam Fiber", Query: id}
	item := okr.AzureLink{Organization: "contoso", Project: "Fabrikam Fiber", Item: 4711}
	for text, want := range map[string]okr.AzureLink{
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_queries/query/" + id + "/":                     query,
		"see https://dev.azure.com/contoso/Fabrikam%20Fiber/_queries/query/" + id + ".":                 query,
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_queries/query-edit/2F6C0F1E" + id[8:]:          query,
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_queries?id=" + id + "&_a=query":                query,
		"https://contoso.visualstudio.com/Fabrikam%20Fiber/_queries/query/" + id:                        query,
		"https://Contoso.VisualStudio.com/DefaultCollection/Fabrikam%20Fiber/_queries/?id=" + id:        query,
		"https://me@dev.azure.com/contoso/Fabrikam%20Fiber/_queries/query/" + id + "/?fullScreen=true":  query,
		"https://dev.azure.com/contoso/web/qr.aspx?pguid=p-1&qid=" + id:                                 {Organization: "contoso", Project: "p-1", Query: id},
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_workitems/edit/4711":                           item,
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_workitems/edit/4711/?triage=true":              item,
		"(https://dev.azure.com/contoso/Fabrikam%20Fiber/_workitems/edit/4711)":                         item,
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_workitems?id=4711&_a=edit":                     item,
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_queries/edit/4711/?triage=true":                item,
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_boards/board/t/Team/Stories/?workitem=4711":    item,
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_backlogs/backlog/Team/Stories?workitem=4711":   item,
		"https://contoso.visualstudio.com/Fabrikam%20Fiber/_sprints/taskboard/Team/S%201?workitem=4711": item,
		"https://dev.azure.com/contoso/_workitems/edit/4711":                                            {Organization: "contoso", Item: 4711},
		"https://contoso.visualstudio.com/_workitems/edit/4711":                                         {Organization: "contoso", Item: 4711},
		"https://dev.azure.com/contoso/web/wi.aspx?pcguid=c-1&id=4711":                                  {Organization: "contoso", Item: 4711},
		"https://example.com and https://dev.azure.com/contoso/_workitems/edit/4711":                    {Organization: "contoso", Item: 4711},
	} {
		got, ok := okr.FindAzureLink(text)
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", "4711", "https://dev.azure.com/contoso/Fabrikam%20Fiber", "https://dev.azure.com/contoso/Fabrikam%20Fiber/_boards/board",
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_queries/query/launch-bugs/", "https://dev.azure.com/_workitems/edit/4711",
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_workitems/edit/-1", "https://dev.azure.com/contoso/P/_workitems/edit/99999999999",
		"https://dev.azure.com/contoso/Fabrikam%20Fiber/_git/repo/pullrequest/4711", "https://dev.azure.com/%zz/_workitems/edit/1",
	} {
		_, ok := okr.FindAzureLink(text)
		require.False(t, ok, text)
	}
	require.Equal(t, []string{"bind", "KR1"}, strings.Fields(okr.WithoutAddresses("bind https://dev.azure.com/contoso/_workitems/edit/4711 KR1")))
}
