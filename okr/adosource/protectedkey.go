package adosource

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // what older tools protect keys with; it is read only
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"hash"

	"okrbot/okr"
)

// maxRounds bounds how often a password is hashed, so that no file keeps okrbot busy:
// tools use 2,048 up to a million.
const maxRounds = 2_000_000

// isProtected says whether a password protects a key, in the new form (PKCS #8) or the
// old one of OpenSSL.
func isProtected(block *pem.Block) bool {
	return block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != ""
}

// openKey gives the key in a block of a PEM file. With a wrong password it may give
// nonsense.
func openKey(block *pem.Block, password string) ([]byte, error) {
	switch {
	case !isProtected(block):
		return block.Bytes, nil
	case password == "":
		return nil, wrongPassword(password)
	case block.Type == "ENCRYPTED PRIVATE KEY":
		return openPKCS8(block.Bytes, password)
	}
	der, err := x509.DecryptPEMBlock(block, []byte(password)) //nolint:staticcheck // keys of older tools come so; nothing is protected with it
	if err != nil {
		return nil, wrongPassword(password)
	}
	return der, nil
}

// The forms of a protected key: RFC 5958 section 3, RFC 8018 appendix A.
type (
	protectedKey struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	pbes2 struct {
		KDF    pkix.AlgorithmIdentifier
		Cipher pkix.AlgorithmIdentifier
	}
	pbkdf2Params struct {
		Salt      []byte
		Rounds    int
		KeyLength int                      `asn1:"optional"`
		PRF       pkix.AlgorithmIdentifier `asn1:"optional"`
	}
)

// The ciphers and hashes that tools use, by their object identifiers.
func cipherOf(oid asn1.ObjectIdentifier) (size int, build func([]byte) (cipher.Block, error)) {
	switch oid.String() {
	case "2.16.840.1.101.3.4.1.2":
		return 16, aes.NewCipher
	case "2.16.840.1.101.3.4.1.22":
		return 24, aes.NewCipher
	case "2.16.840.1.101.3.4.1.42":
		return 32, aes.NewCipher
	case "1.2.840.113549.3.7":
		return 24, des.NewTripleDESCipher
	}
	return 0, nil
}

func hashOf(oid asn1.ObjectIdentifier) func() hash.Hash {
	switch oid.String() {
	case "", "1.2.840.113549.2.7":
		return sha1.New
	case "1.2.840.113549.2.9":
		return sha256.New
	case "1.2.840.113549.2.10":
		return sha512.New384
	case "1.2.840.113549.2.11":
		return sha512.New
	}
	return nil
}

// openPKCS8 opens a key that is protected by PBES2 with PBKDF2, as OpenSSL and PowerShell
// do it.
func openPKCS8(der []byte, password string) ([]byte, error) {
	unknown := okr.FieldErrorf(fieldCertificate, "okrbot can't open the way in which this private key is protected. Export it as a PFX file, or as PEM with AES-256.")
	const pbes2OID, pbkdf2OID = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12"
	var (
		outer  protectedKey
		scheme pbes2
		params pbkdf2Params
		vector []byte
	)
	if !parse(der, &outer) || outer.Algorithm.Algorithm.String() != pbes2OID || !parse(outer.Algorithm.Parameters.FullBytes, &scheme) ||
		scheme.KDF.Algorithm.String() != pbkdf2OID || !parse(scheme.KDF.Parameters.FullBytes, &params) || !parse(scheme.Cipher.Parameters.FullBytes, &vector) {
		return nil, unknown
	}
	size, build := cipherOf(scheme.Cipher.Algorithm)
	digest := hashOf(params.PRF.Algorithm)
	if build == nil || digest == nil || params.Rounds < 1 || params.Rounds > maxRounds {
		return nil, unknown
	}
	key, err := pbkdf2.Key(digest, password, params.Salt, params.Rounds, size)
	if err != nil {
		return nil, unknown
	}
	block, err := build(key)
	if err != nil || len(vector) != block.BlockSize() || len(outer.Data) == 0 || len(outer.Data)%block.BlockSize() != 0 {
		return nil, unknown
	}
	plain := make([]byte, len(outer.Data))
	cipher.NewCBCDecrypter(block, vector).CryptBlocks(plain, outer.Data)
	return unpad(plain, password)
}

// hasManyRounds looks for a count of rounds above [maxRounds] in a PFX file: a number behind
// a salt, as in RFC 7292 (MacData, pkcs-12PbeParams) and RFC 8018 (PBKDF2-params).
func hasManyRounds(der []byte, depth int) bool {
	const deepest = 12
	isSalt := false
	for len(der) > 0 && depth < deepest {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			return false
		}
		der = rest
		var n int64
		if isSalt && v.Class == asn1.ClassUniversal && v.Tag == asn1.TagInteger {
			if _, err := asn1.Unmarshal(v.FullBytes, &n); err != nil || n > maxRounds {
				return true
			}
		}
		isSalt = v.Class == asn1.ClassUniversal && v.Tag == asn1.TagOctetString && !v.IsCompound
		if (v.IsCompound || isSalt) && hasManyRounds(v.Bytes, depth+1) {
			return true
		}
	}
	return false
}

func parse(der []byte, into any) bool {
	rest, err := asn1.Unmarshal(der, into)
	return err == nil && len(rest) == 0
}

// unpad takes the padding off (RFC 8018, 6.1.1); one that is none shows a wrong password.
func unpad(plain []byte, password string) ([]byte, error) {
	n := int(plain[len(plain)-1])
	if n == 0 || n > len(plain) || n > aes.BlockSize {
		return nil, wrongPassword(password)
	}
	return plain[:len(plain)-n], nil
}
