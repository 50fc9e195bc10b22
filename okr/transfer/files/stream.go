package files

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"
	"strings"

	"okrbot/okr"
)

// stream gives the records of one sort, which are too many to hold. They are counted once
// when the files are opened, and read anew each time that they are asked for.
type stream[T any] struct {
	noun, nouns string // of the records
	max, held   int    // records at most, and bytes of them that are held
	mark        func(T) mark
	sources     []source[T] // exact ones first

	read     int // how many records the files hold
	given    int // how many of them are given
	orphaned int // how many belong to no item of the files
	twice    bool
	isSorted bool // each item's come in order
	items    map[string]*ofItem
	groups   [][]string // of unsorted ones: the items whose records are held at a time
}

// source calls do with every record of a part.
type source[T any] struct {
	exact bool // its records have ids
	each  func(ctx context.Context, do func(T) error) error
}

// mark is what the stream knows of a record.
type mark struct {
	item, id string
	bytes    int // of its texts
}

// ofItem is what the stream knows of an item's records.
type ofItem struct {
	from   int // the table that gives them; fromExact: the organization exports
	last   string
	count  int
	bytes  int
	number int // in the order in which the items were met
	group  int
}

const (
	fromExact  = -1
	groupBytes = 32 << 20
)

// count reads all records once, and finds out which will be given and in which order they
// come. Records of items that isItem does not know are left out.
func (s *stream[T]) count(ctx context.Context, isItem func(id string) bool) error {
	s.items, s.isSorted = map[string]*ofItem{}, true
	seen := newSeen()
	for n, src := range s.sources {
		err := src.each(ctx, func(rec T) error {
			m := s.mark(rec)
			if s.read++; s.read > s.max {
				return okr.Errorf(okr.Invalid, "The files have more than %s. Export fewer items at a time, for example one period.", counted(s.max, s.noun, s.nouns))
			}
			if !isItem(m.item) {
				s.orphaned++
				return nil
			}
			return s.meet(src.origin(n), m, seen)
		})
		if err != nil {
			return err
		}
	}
	if !s.isSorted {
		s.group()
	}
	return nil
}

func (src source[T]) origin(n int) int {
	if src.exact {
		return fromExact
	}
	return n
}

// meet counts a record.
func (s *stream[T]) meet(origin int, m mark, seen seenIDs) error {
	of := s.items[m.item]
	if of == nil {
		of = &ofItem{from: origin, number: len(s.items)}
		s.items[strings.Clone(m.item)] = of
	}
	if of.from != origin {
		return nil // the first source of an item has them all
	}
	if origin == fromExact && seen.before(m.id) {
		s.twice = true
		return nil
	}
	if idOrder(m.id, of.last) < 0 {
		s.isSorted = false
	}
	of.last = m.id
	of.bytes += m.bytes + 256
	s.given++
	if of.count++; of.count > maxOfItem {
		return okr.Errorf(okr.Invalid, "The item %s has more than %s. That can't be imported.", m.item, counted(maxOfItem, s.noun, s.nouns))
	}
	return nil
}

// group divides the items so that the records of a group can be held and sorted.
func (s *stream[T]) group() {
	ids := make([]string, len(s.items))
	for id, of := range s.items {
		ids[of.number] = id
	}
	bytes := s.held
	for _, id := range ids {
		of := s.items[id]
		if bytes += of.bytes; bytes > s.held {
			s.groups, bytes = append(s.groups, nil), of.bytes
		}
		of.group = len(s.groups) - 1
		s.groups[of.group] = append(s.groups[of.group], id)
	}
}

// each reads the records anew and gives them until yield fails.
func (s *stream[T]) each(ctx context.Context, yield func(T) error) error {
	if s.isSorted {
		return s.pass(ctx, func(_ *ofItem, _ mark, rec T) error { return yield(rec) })
	}
	for n, ids := range s.groups {
		if err := s.eachOfGroup(ctx, n, ids, yield); err != nil {
			return err
		}
	}
	return nil
}

// eachOfGroup gives the records of some items, sorted.
func (s *stream[T]) eachOfGroup(ctx context.Context, n int, ids []string, yield func(T) error) error {
	held := map[string][]T{}
	err := s.pass(ctx, func(of *ofItem, m mark, rec T) error {
		if of.group == n {
			held[m.item] = append(held[m.item], rec)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		slices.SortStableFunc(held[id], func(a, b T) int { return idOrder(s.mark(a).id, s.mark(b).id) })
		for _, rec := range held[id] {
			if err := yield(rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// pass reads all records that are given.
func (s *stream[T]) pass(ctx context.Context, do func(*ofItem, mark, T) error) error {
	seen := newSeen()
	for n, src := range s.sources {
		origin := src.origin(n)
		err := src.each(ctx, func(rec T) error {
			m := s.mark(rec)
			of := s.items[m.item]
			if of == nil || of.from != origin || s.twice && origin == fromExact && seen.before(m.id) {
				return nil
			}
			return do(of, m, rec)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// idOrder compares ids, numbers by their size.
func idOrder(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// seenIDs remembers ids by their hash, 8 bytes each.
type seenIDs struct {
	seed maphash.Seed
	ids  map[uint64]struct{}
}

func newSeen() seenIDs { return seenIDs{maphash.MakeSeed(), map[uint64]struct{}{}} }

// before says whether an id came before, and remembers it. No id is like no other.
func (s seenIDs) before(id string) bool {
	if id == "" {
		return false
	}
	n := len(s.ids)
	s.ids[maphash.String(s.seed, id)] = struct{}{}
	return len(s.ids) == n
}
