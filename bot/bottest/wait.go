package bottest

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Wait returns the newest post of the chat that matches, as soon as there is one.
// When ctx ends first, the error wraps its cause and quotes what the chat shows.
func (c *Cloud) Wait(ctx context.Context, chat Chat, match func(Post) bool) (Post, error) {
	for {
		c.mu.Lock()
		posts, changed := c.visible(chat), c.changed
		c.mu.Unlock()
		for _, post := range slices.Backward(posts) {
			if match(post) {
				return post, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Post{}, fmt.Errorf("bottest: no such post in %s %q: %w; it shows:\n%s", chat.Kind, chat.Name, context.Cause(ctx), transcript(posts))
		}
	}
}

// WaitCard waits for a post with a card of any kind whose Text, Summary or one of the
// Actions contains part.
func (c *Cloud) WaitCard(ctx context.Context, chat Chat, part string) (Post, error) {
	return c.Wait(ctx, chat, func(p Post) bool { return p.HasCard() && p.Contains(part) })
}

// WaitText waits for any post that contains part, be it in a card or not.
func (c *Cloud) WaitText(ctx context.Context, chat Chat, part string) (Post, error) {
	return c.Wait(ctx, chat, func(p Post) bool { return p.Contains(part) })
}

// WaitSignIn waits for a sign-in card and returns it with the address of its button.
func (c *Cloud) WaitSignIn(ctx context.Context, chat Chat) (Post, string, error) {
	p, err := c.Wait(ctx, chat, func(p Post) bool { return SignInURL(p) != "" })
	return p, SignInURL(p), err
}

// WaitUntil evaluates cond now and after each change (a post, an update, a delete, a
// typing sign) until it is true. cond may call the Cloud's methods.
func (c *Cloud) WaitUntil(ctx context.Context, cond func() bool) error {
	for {
		c.mu.Lock()
		changed := c.changed
		c.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("bottest: condition: %w", context.Cause(ctx))
		}
	}
}

// HasCard reports whether the post carries an Adaptive, OAuth or sign-in card, or one of
// those about files.
func (p Post) HasCard() bool {
	_, isFile := attachment(p.Activity, ContentFileInfo)
	return p.Card != nil || SignInURL(p) != "" || isFile || p.AsksToSave() != ""
}

// Contains reports whether part stands in the Text, the Summary or an action's title.
func (p Post) Contains(part string) bool {
	if strings.Contains(p.Text(), part) || strings.Contains(p.Summary, part) {
		return true
	}
	for _, title := range p.Actions() {
		if strings.Contains(title, part) {
			return true
		}
	}
	return false
}

// Transcript returns the words and buttons of the chat's posts, for a failing test.
func (c *Cloud) Transcript(chat Chat) string { return transcript(c.Posts(chat)) }

func transcript(posts []Post) string {
	if len(posts) == 0 {
		return "(nothing)"
	}
	var out strings.Builder
	for _, p := range posts {
		fmt.Fprintf(&out, "- %s\n  %s\n", strings.ReplaceAll(p.Text(), "\n", "\n  "), strings.Join(p.Actions(), " | "))
	}
	return out.String()
}
