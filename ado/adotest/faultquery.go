package adotest

import "net/http"

// TooMany is 400 VS402337: over 20,000 results.
func TooMany() Fault {
	return asCaller("too many results", func(*exchange) answer { return tooMany() })
}

// codedFault is for the errors whose status and typeKey nobody published.
func codedFault(name string, status int, typeKey, message string) Fault {
	return Fault{name, func(c *Cloud, x *exchange, _ func() answer) answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.asCaller(x, c.coded(status, typeKey, message))
	}}
}

// QueryTimeout is VS402335 with the given status, which is not documented:
// 400, 408 and 500 are all conceivable.
func QueryTimeout(status int) Fault {
	return codedFault("query timeout", status, "WorkItemTrackingQueryTimeoutException",
		"VS402335: The timeout period (30 seconds) elapsed prior to completion of the query or the server is not responding.")
}

// TooManyAtOnce is VS402490: the user runs too many queries at the same time.
// Its status is not documented, its words are ours.
func TooManyAtOnce(status int) Fault {
	return codedFault("too many at once", status, "WorkItemTrackingQueryTooManyConcurrentUsersException",
		"VS402490: There are too many queries of this user at the same time.")
}

// QueryServerBusy is VS402491: the query server protects itself. Its status is
// not documented, its words are ours.
func QueryServerBusy(status int) Fault {
	return codedFault("query server busy", status, "WorkItemTrackingQueryServerBusyException",
		"VS402491: The query server is busy.")
}

// BrokenQuery is 400 of a query text that cannot run.
func BrokenQuery() Fault {
	return asCaller("broken query", func(*exchange) answer {
		return badRequest("WorkItemTrackingQueryException", "TF51005: The query references a field that does not exist. The error is caused by «[Custom.Gone]».")
	})
}

// NotFound is 404 QueryItemNotFoundException, the answer for a query that is
// missing, deleted or not readable.
func NotFound() Fault {
	return asCaller("not found", func(x *exchange) answer { return queryNotFound(x.first()) })
}

// ProjectGone is 404 TF200016, a project that is missing or not visible by name.
func ProjectGone() Fault {
	return asCaller("project gone", func(*exchange) answer { return projectNotFound("gone") })
}

// ProjectHidden is VS800075, a project that is missing or not visible by id:
// some areas answer with 400, others with 404.
func ProjectHidden(status int) Fault {
	return asCaller("project hidden", func(*exchange) answer {
		a := projectNotFound("00000000-0000-4000-8000-000000000000")
		a.status = status
		return a
	})
}

// ItemGone is 404 TF401232, what a batch without errorPolicy omit answers.
func ItemGone() Fault {
	return asCaller("item gone", func(*exchange) answer { return itemNotFound(27142) })
}

// NotFoundPage is 404 with a page, as for an address that does not exist.
func NotFoundPage() Fault {
	return fixed("not found page", func(*exchange) answer { return notFoundPage() })
}

// TeamGone is 500 TeamNotFoundException.
func TeamGone() Fault {
	return asCaller("team gone", func(*exchange) answer {
		return vss(http.StatusInternalServerError, "TeamNotFoundException", "The team with id 'gone' does not exist.")
	})
}

// MalformedTeam is 500 of a query with @CurrentIteration('Project\Team'), without
// brackets: reported from the field, without a code.
func MalformedTeam() Fault {
	return asCaller("malformed team", func(*exchange) answer {
		return vss(http.StatusInternalServerError, "VssPropertyValidationException", "'Fabrikam Fiber\\Red' is not of the form '[project]\\team'.")
	})
}

// NeedsTeam is 500 VS402612, a query with @CurrentIteration and no team.
func NeedsTeam() Fault { return asCaller("needs team", func(*exchange) answer { return noTeam() }) }

// Improper is 400 in the shape of request validation, without a typeKey.
func Improper() Fault {
	return asCaller("improper", func(*exchange) answer {
		return jsonAnswer(http.StatusBadRequest, object{"count": 1, "value": object{"Message": "The request is invalid."}})
	})
}
