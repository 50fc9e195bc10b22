package bottest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SetValidateInputs says from now on what Options.ValidateInputs said at the start.
func (c *Cloud) SetValidateInputs(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opts.ValidateInputs = on
}

func (c *Cloud) validatesInputs() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opts.ValidateInputs
}

// validate refuses what a client would not send.
func (p pressable) validate(values map[string]any) error {
	for _, input := range p.inputs {
		value, isSent := values[text(input, "id")].(string)
		if isSent && value == "" {
			continue // the client shows what it forgets
		}
		if complaint := complain(input, value); complaint != "" {
			return fmt.Errorf("bottest: input %q: %s: %s", text(input, "id"), complaint, text(input, "errorMessage"))
		}
	}
	return nil
}

// complain says what is wrong with a value, or "".
func complain(input map[string]any, value string) string {
	required, _ := input["isRequired"].(bool)
	off := text(input, "type") == "Input.Toggle" && strings.EqualFold(value, preset(map[string]any{"type": "Input.Toggle", "valueOff": input["valueOff"]}))
	switch {
	case value == "" || off:
		if required {
			return "required"
		}
		return ""
	case text(input, "type") == "Input.Number":
		return complainNumber(input, value)
	}
	if limit, ok := input["maxLength"].(float64); ok && utf8.RuneCountInString(value) > int(limit) {
		return "too long"
	}
	if pattern := text(input, "regex"); pattern != "" {
		if ok, err := regexp.MatchString(pattern, value); err == nil && !ok {
			return "does not match"
		}
	}
	return ""
}

func complainNumber(input map[string]any, value string) string {
	number, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return "no number"
	}
	if least, ok := input["min"].(float64); ok && number < least {
		return "too small"
	}
	if most, ok := input["max"].(float64); ok && number > most {
		return "too big"
	}
	return ""
}
