// Package ado is a thin client of the Azure DevOps REST API 7.1
// (https://learn.microsoft.com/rest/api/azure/devops/): the reads that measuring a saved query needs, and no more.
//
// A [Client] knows the hosts and the policy (timeouts, retries, how many requests may be in flight). [Client.As]
// gives a [Session], which acts for one identity with its access tokens; every endpoint is a method of Session:
//
//	client, err := ado.New(ado.Options{})
//	session := client.As(userID, tokens)
//	result, err := session.RunQuery(ctx, "fabrikam", "Fiber", queryID)
//
// Every refusal of the service is an [*Error], made in one place and sorted into a [Kind]; ask with errors.Is:
//
//	if errors.Is(err, ado.ErrSignIn) { … }
//
// The other errors are those of the caller's context and of its [TokenSource], wrapped and never retried, and
// [*InputError] for names and addresses that people typed.
package ado
