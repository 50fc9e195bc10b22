package redisstore

// WalkFrom makes lists of so many members long ones.
func (s *Store) WalkFrom(n int) { s.large = n }
