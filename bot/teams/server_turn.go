package teams

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
)

const (
	unsureText    = "Teams did not say whether my answer reached you. If you don't see it here, please ask again."
	duplicateText = "Already handled"
)

// FaultText tells the user about an unexpected fault.
func FaultText(ref string) string {
	return "Something went wrong on my side. If it happens again, give your administrator the reference " + ref + "."
}

// handle runs the handler, panics included, and makes the response that Teams
// shall get. The error is for the log.
func (s *Server) handle(ctx context.Context, a Activity) (InvokeResponse, string, error) {
	response, panicked, err := s.dispatch(ctx, a)
	switch {
	case err == nil:
		return responseFor(a, response), cmp.Or(NoteFrom(ctx).noted(), outcomeOK), nil
	case errors.Is(err, ErrNotImplemented):
		return responseFor(a, InvokeResponse{Status: http.StatusNotImplemented}), outcomeOK, err
	case errors.Is(err, ErrMalformedValue):
		return responseFor(a, InvokeResponse{Status: http.StatusBadRequest}), outcomeMalformed, err
	}
	outcome := outcomeError
	if panicked {
		outcome = outcomePanic
	}
	if a.Type == TypeMessage && !undeliverable(err) {
		err = errors.Join(err, s.apologize(ctx, a, err))
	}
	return faultResponse(ctx, a), outcome, err
}

// undeliverable reports whether the error itself says that no message can get there.
func undeliverable(err error) bool {
	return errors.Is(err, ErrUnreachable) || errors.Is(err, ErrGone) || errors.Is(err, ErrBotToken) || errors.Is(err, ErrServiceURL)
}

// dispatch calls the adapter and turns a panic into an error with its stack.
func (s *Server) dispatch(ctx context.Context, a Activity) (response InvokeResponse, panicked bool, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			response, panicked, err = InvokeResponse{}, true, fmt.Errorf("panic: %v\n%s", fault, debug.Stack())
		}
	}()
	response, err = s.adapter.dispatch(ctx, a)
	return response, false, err
}

// responseFor is r for an invoke. Everything else is answered by an empty 200,
// whatever happened, or Teams would deliver it again. A card in place of a targeted one
// is targeted.
func responseFor(a Activity, r InvokeResponse) InvokeResponse {
	if a.Type != TypeInvoke {
		return InvokeResponse{Status: http.StatusOK}
	}
	if body, ok := r.Body.(InvokeAnswer); ok && body.Type == ContentTypeCard && a.IsTargeted() {
		body.Value = targetedCard(body.Value)
		r.Body = body
	}
	return r
}

// faultResponse answers an invoke whose handler failed. Card actions get an
// error that Teams shows, with the reference; a bare 500 shows nothing.
func faultResponse(ctx context.Context, a Activity) InvokeResponse {
	switch {
	case a.Type != TypeInvoke:
		return InvokeResponse{Status: http.StatusOK}
	case a.Name == InvokeCardAction || a.Name == InvokeSearch:
		return ErrorResponse(http.StatusInternalServerError, "InternalError", FaultText(RefFrom(ctx)))
	default:
		return InvokeResponse{Status: http.StatusInternalServerError}
	}
}

// apologize tells the sender of a message, and nobody else, that it failed: a message
// has no answer of its own.
func (s *Server) apologize(ctx context.Context, a Activity, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lateTimeout)
	defer cancel()
	text := FaultText(RefFrom(ctx))
	if errors.Is(cause, ErrPerhapsShown) {
		text = unsureText
	}
	return s.tellSender(ctx, a, Message{Text: text})
}

// tellSender answers so that only the sender sees it, or everybody in the place where
// Teams does not take such a message. It is for words that hold nothing of anybody.
func (s *Server) tellSender(ctx context.Context, a Activity, msg Message) error {
	ref := a.OwnRef()
	if a.Type == TypeInvoke {
		ref.ActivityID = "" // nobody sees a press
	}
	_, err := s.options.Connector.Reply(ctx, ref, msg)
	if ref.Only.ID != "" && (errors.Is(err, ErrRefused) || errors.Is(err, ErrGone) || errors.Is(err, ErrUnreachable)) {
		ref.Only = Reader{}
		_, err = s.options.Connector.Reply(ctx, ref, msg)
	}
	return err
}

// duplicateAnswer answers an activity that was delivered before.
func duplicateAnswer(a Activity) InvokeResponse {
	if a.Type == TypeInvoke && a.Name == InvokeCardAction {
		return MessageResponse(duplicateText)
	}
	return InvokeResponse{Status: http.StatusOK}
}
