package adotest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// bom begins the error bodies, as it does on the live service.
const bom = "\ufeff"

// vss is the error body of Azure DevOps. The machine key is typeKey, the human
// code stands in front of the message.
func vss(status int, typeKey, message string) answer {
	event := 3000
	switch typeKey {
	case "HttpException":
		event = 0
	case "WorkItemUnauthorizedAccessException":
		event = 3200
	}
	a := jsonAnswer(status, object{
		"$id": "1", "innerException": nil, "message": message,
		"typeName": "Microsoft.TeamFoundation.Framework.Server." + typeKey + ", Microsoft.TeamFoundation.Framework.Server",
		"typeKey":  typeKey, "errorCode": 0, "eventId": event,
	})
	a.body = append([]byte(bom), a.body...)
	return a
}

// coded is vss for the errors whose typeKey nobody published.
func (c *Cloud) coded(status int, typeKey, message string) answer {
	if c.modes[ModePlainTypeKeys] {
		typeKey = "VssServiceException"
	}
	return vss(status, typeKey, message)
}

func badRequest(typeKey, message string) answer { return vss(http.StatusBadRequest, typeKey, message) }

func queryNotFound(id string) answer {
	return vss(http.StatusNotFound, "QueryItemNotFoundException",
		"TF401243: The query "+id+" does not exist, or you do not have permission to read it.")
}

func projectNotFound(name string) answer {
	if isGUID(name) {
		return vss(http.StatusNotFound, "ProjectDoesNotExistException",
			"VS800075: The project with id 'vstfs:///Classification/TeamProject/"+name+"' does not exist, or you do not have permission to access it.")
	}
	return vss(http.StatusNotFound, "ProjectDoesNotExistWithNameException",
		"TF200016: The following project does not exist: "+name+". Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.")
}

func itemNotFound(id int) answer {
	return vss(http.StatusNotFound, "WorkItemUnauthorizedAccessException",
		fmt.Sprintf("TF401232: Work item %d does not exist, or you do not have permissions to read it.", id))
}

func tooMany() answer {
	return badRequest("WorkItemTrackingQueryResultSizeLimitExceededException",
		"VS402337: The number of work items returned exceeds the size limit of 20000. Change the query to return fewer items.")
}

func dangerousPath(char string) answer {
	return badRequest("HttpException", "A potentially dangerous Request.Path value was detected from the client ("+char+").")
}

// signInPage is what a caller without a usable credential gets: 203 and a page,
// which a careless client takes for success.
func signInPage() answer {
	filler := strings.Repeat("<!-- Azure DevOps Services sign-in script -->\n", 300)
	return htmlAnswer(http.StatusNonAuthoritativeInfo,
		"<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title>\n"+filler+"</head><body>Sign in</body></html>")
}

// serviceError puts the explanation into the header as well, percent-encoded.
func (a answer) serviceError(message string) answer {
	return a.with("X-TFS-ServiceError", strings.ReplaceAll(url.QueryEscape(message), "+", "%20"))
}

// bearerRefused is the answer to a bearer token that is not good (any more).
func bearerRefused() answer {
	const m = "TF400813: The user is not authorized to access this resource. "
	return vss(http.StatusUnauthorized, "InvalidIdentityException", m).serviceError(m).with("WWW-Authenticate", "Bearer")
}

// notAMember is the answer to a good token whose identity is not in the
// organization, or whose tenant is not the organization's.
func notAMember(identity string) answer {
	m := "TF400813: The user '" + identity + "' is not authorized to access this resource."
	return vss(http.StatusUnauthorized, "UnauthorizedRequestException", m).serviceError(m).with("WWW-Authenticate", "TFS-Federated, Bearer")
}

// notAdded is the answer to a service principal of the organization's tenant that was
// never added to it, as met in the field. The name is tenant\tenant\object id.
func notAdded(u *User) answer {
	m := `TF401444: Please sign-in at least once as ` + u.Tenant + `\` + u.Tenant + `\` + u.OID + ` in a web browser to enable access to the service.`
	return vss(http.StatusUnauthorized, "UnauthorizedRequestException", m).serviceError(m).with("WWW-Authenticate", "TFS-Federated, Bearer")
}

func anonymousRefused() answer {
	const m = "TF400813: Resource not available for anonymous access. Client authentication required."
	return vss(http.StatusUnauthorized, "UnauthorizedRequestException", m).serviceError(m)
}

func basicRefused() answer {
	return answer{status: http.StatusUnauthorized}.with("WWW-Authenticate", `Basic realm="https://tfsprodcus14.visualstudio.com/"`)
}

func notFoundPage() answer {
	return htmlAnswer(http.StatusNotFound, "<!DOCTYPE html><html><head><title>404 - File or directory not found.</title></head><body>404</body></html>")
}

func (c *Cloud) serveUnknown(*exchange) answer { return notFoundPage() }
