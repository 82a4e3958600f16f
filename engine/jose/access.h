// What claims grant, as the AccessToken and the record show it: client, scopes, expiry.
//
// Pure functions, thread safe. Results are views into `arena` or the claims.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assay/policy.h"
#include "base/arena.h"
#include "jose/claims.h"

namespace assay::jose {

// Returns the first of client_id, azp and sub that is present and truthy, as a string, else "unknown". A value that is
// not a string is written as Python's str() writes it.
std::string_view client_id_of(const Claims& claims, base::Arena& arena);

// Returns the granted scopes, from scope, else scp. strict splits a string only at U+0020, fastmcp as Python's
// str.split() does. Of a list with other elements only the strings count. For claims whose types were accepted.
std::span<const std::string_view> scopes_of(const Claims& claims, Profile profile, base::Arena& arena);

// Returns exp as the record shows it: the exact decimal integer, truncated toward zero; empty if there is no expiry.
// fastmcp: as Python's int(exp), so a bool is 0 or 1 and 1e308 has 309 digits.
std::string_view expires_at_of(const Claims& claims, Profile profile, base::Arena& arena);

// Splits and trims at white space as str.split() and str.strip() of CPython do.
std::vector<std::string> python_split(std::string_view text);
std::string_view python_strip(std::string_view text) noexcept;

}  // namespace assay::jose
