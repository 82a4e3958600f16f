// Fetches a JWK Set from a URL: libcurl with every limit set.
//
// The URL is https, or http on loopback, without credentials. A redirect stays within the origin, and there are at most
// 3. Time is limited, and so are the decoded bytes and those of headers and trailers, while they arrive. ssrf_safe
// takes only https, refuses addresses that are not public and names that are not ASCII, pins the connection to the
// addresses that were checked, and checks the address of each socket again.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "assay/key_set.h"
#include "assay/result.h"

namespace assay::keys {

struct FetchedSet {
  std::string body;
  double max_age_seconds = 0;  // see cache_seconds
};

// Fetches the set. Blocks for at most options.timeout_seconds, not counting the resolution of the name; `stop` ends it
// early. The error begins with shown_url() and carries the field "keys" or "fetch.ca_file". Thread safe.
Result<FetchedSet> fetch_jwks(const std::string& url, const FetchOptions& options, const std::atomic<bool>& stop);

// Checks only the form of the URL: its scheme and host, no user or password.
Result<void> check_jwks_url(const std::string& url, const FetchOptions& options);

// The URL as messages show it: without user and password, and "?..." for a query, any of which may be a credential.
std::string shown_url(const std::string& url);

// However short a server says that its set may be kept, it is kept so long: nobody else decides how often a run asks.
inline constexpr double kLeastCacheSeconds = 10;
// Returns how many seconds a response may be kept by its Cache-Control value (RFC 9111 §5.2.2): max-age less the
// seconds of its Age header, 0 for no-store and no-cache; then at least kLeastCacheSeconds, and at most `limit`.
double cache_seconds(std::string_view cache_control, double age_seconds, double limit) noexcept;

}  // namespace assay::keys
