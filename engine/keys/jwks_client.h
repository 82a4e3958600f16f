// Fetches a JWK Set from a URL: libcurl with every limit set.
//
// https, or http on loopback. No credentials in the URL, no redirect to another origin, at most 3 redirects, time-outs,
// and a limit on the decoded bytes that is enforced while they arrive. With ssrf_safe: https alone, addresses that are
// not public and names that are not ASCII refused, the connection pinned to the addresses that were checked, and each
// socket's address checked again.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "assay/key_set.h"
#include "assay/result.h"

namespace assay::keys {

struct FetchedSet {
  std::string body;
  double max_age_seconds = 0;  // FetchOptions::max_age_seconds, or less when Cache-Control says so
};

// Blocks for at most options.timeout_seconds (name resolution apart); `stop` ends it early. The error names the URL and
// the mend. Thread safe.
Result<FetchedSet> fetch_jwks(const std::string& url, const FetchOptions& options, const std::atomic<bool>& stop);

// Checks the URL alone: scheme, host, no user or password.
Result<void> check_jwks_url(const std::string& url, const FetchOptions& options);

// Seconds that a response may be kept by its Cache-Control value (RFC 9111 §5.2.2), at most `limit`: max-age less
// `age_seconds` (the Age header); 0 for no-store and no-cache.
double cache_seconds(std::string_view cache_control, double age_seconds, double limit) noexcept;

}  // namespace assay::keys
