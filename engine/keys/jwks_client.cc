#include "keys/jwks_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <system_error>

#include "keys/curl_library.h"
#include "keys/public_address.h"

namespace assay::keys {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kMaxRedirects = 3;
// Of one response, trailers included: libcurl bounds the headers and not the trailers.
constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 10;

// The parts of a URL that make its origin (RFC 6454 §4).
struct Origin {
  std::string scheme, host, port;
  friend bool operator==(const Origin&, const Origin&) = default;
};

std::string part_of(CURLU* url, CURLUPart part) {
  const CurlLibrary* const curl = curl_library();
  char* text = nullptr;
  if (curl->url_get(url, part, &text, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl->free(text);
  return copy;
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
std::string lowered(std::string_view text) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(), lower);
  return copy;
}

// "[::1]" -> "::1".
std::string without_brackets(const std::string& host) {
  return host.size() > 2 && host.front() == '[' ? host.substr(1, host.size() - 2) : host;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

// Returns the origin of a URL, if the URL may be fetched.
Result<Origin> checked_origin(const std::string& text, const FetchOptions& options) {
  const CurlLibrary* const curl = curl_library();
  if (curl == nullptr) return Error{curl_failure() + "; install libcurl (Debian: libcurl4), or give a file"};
  const CurlUrl url(curl->url());
  if (url == nullptr || text.find('\0') != std::string::npos ||
      curl->url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    return Error{"not a URL; give https://HOST/PATH"};
  if (!part_of(url.get(), CURLUPART_USER).empty() || !part_of(url.get(), CURLUPART_PASSWORD).empty())
    return Error{"a user or password in the URL is not supported; leave it out"};
  Origin origin{lowered(part_of(url.get(), CURLUPART_SCHEME)),
                without_brackets(lowered(part_of(url.get(), CURLUPART_HOST))), part_of(url.get(), CURLUPART_PORT)};
  if (origin.scheme == "https") return origin;
  if (origin.scheme == "http" && options.ssrf_safe) return Error{"ssrf_safe takes only https; use an https URL"};
  if (origin.scheme == "http" && is_loopback(origin.host)) return origin;
  return Error{"keys are fetched by https, or by http only from this machine; use an https URL"};
}

bool is_ip_literal(const std::string& host) noexcept {
  in_addr v4{};
  in6_addr v6{};
  return inet_pton(AF_INET, host.c_str(), &v4) == 1 || inet_pton(AF_INET6, host.c_str(), &v6) == 1;
}

bool is_plain_ascii(const std::string& host) noexcept {
  return std::all_of(host.begin(), host.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// Returns the entry for CURLOPT_RESOLVE that pins the host to its addresses, all of them public:
// "issuer.example:443:203.0.113.5,[2606::1]". Empty if the host is an address itself.
Result<std::string> pin_to_public_addresses(const Origin& origin) {
  // libcurl would look up the name's IDNA form, and getaddrinfo another name.
  if (!is_plain_ascii(origin.host))
    return Error{"the host's name is not plain ASCII, and ssrf_safe refuses it; give its IDNA form, xn--..."};
  if (is_ip_literal(origin.host)) {
    if (is_public_address(origin.host)) return std::string();
    return Error{"the host's address is not public; ssrf_safe refuses it"};
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(origin.host.c_str(), origin.port.c_str(), &hints, &found);
  if (failed != 0 || found == nullptr)
    return Error{std::string("the host's name cannot be resolved: ") +
                 (failed == EAI_SYSTEM ? std::generic_category().message(errno) : gai_strerror(failed)) +
                 "; check the URL"};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, freeaddrinfo);
  std::string addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(at->ai_addr, at->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
      return Error{"the host's address cannot be read; check the URL"};
    const std::string address(text.data());
    if (!is_public_address(*at->ai_addr))
      return Error{"the host has the address " + address + ", which is not public; ssrf_safe refuses it"};
    if (!addresses.empty()) addresses += ',';
    addresses += address.find(':') == std::string::npos ? address : "[" + address + "]";
  }
  return origin.host + ":" + origin.port + ":" + addresses;
}

// What the callbacks of one transfer write.
struct Transfer {
  std::string body;
  std::size_t max_bytes = 0;
  bool too_large = false;
  std::size_t header_bytes = 0;
  bool too_many_headers = false;
  std::string cache_control;
  double age_seconds = 0;
  const std::atomic<bool>* stop = nullptr;
  bool refused_address = false;
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  if (size > transfer.max_bytes - transfer.body.size()) {
    transfer.too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  transfer.body.append(data, size);
  return size;
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// Reads a whole number of seconds. A number beyond the range is a very long time; other text gives nothing.
std::optional<double> delta_seconds(std::string_view text) noexcept {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc()) return 1e18;
  return static_cast<double>(seconds);
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size);
  transfer.header_bytes += size;
  if (transfer.header_bytes > kMaxHeaderBytes) {
    transfer.too_many_headers = true;
    return 0;  // ends the transfer
  }
  if (line.starts_with("HTTP/")) {
    // A new response begins, after 100-continue for example.
    transfer.cache_control.clear();
    transfer.age_seconds = 0;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  const std::string name = lowered(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "cache-control") transfer.cache_control.append(transfer.cache_control.empty() ? "" : ",").append(value);
  if (name == "age") transfer.age_seconds = delta_seconds(value).value_or(0);
  return size;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(user)->stop->load(std::memory_order_relaxed) ? 1 : 0;
}

// ssrf_safe: checks the address that a connection really goes to, whatever its source.
curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* to) {
  if (!is_public_address(to->addr)) {
    static_cast<Transfer*>(user)->refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

// Makes one request and follows no redirect. `location` receives the target of a redirect, else nothing.
Result<void> request(CURL* handle, const std::string& url, long timeout_ms, Transfer& transfer, long& status,
                     std::string& location) {
  const CurlLibrary* const curl = curl_library();
  transfer.body.clear();
  transfer.cache_control.clear();
  transfer.age_seconds = 0;
  transfer.header_bytes = 0;
  curl->easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl->easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_ms);
  curl->easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
  const CURLcode code = curl->easy_perform(handle);
  if (transfer.too_large)
    return Error{"the answer is larger than " + std::to_string(transfer.max_bytes) + " bytes; is this a JWK Set?"};
  if (transfer.too_many_headers)
    return Error{"its headers are longer than " + std::to_string(kMaxHeaderBytes) + " bytes; check the URL"};
  if (code != CURLE_OK && transfer.refused_address)
    return Error{"the host has an address that is not public; ssrf_safe refuses it"};
  if (code == CURLE_SSL_CACERT_BADFILE)
    return Error{"the file of trusted certificates holds none that can be read; give certificates in PEM",
                 "fetch.ca_file"};
  if (code == CURLE_ABORTED_BY_CALLBACK) return Error{"the fetch was ended"};
  if (code == CURLE_OPERATION_TIMEDOUT) return Error{"no whole answer in time; check the URL and the network"};
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK) {
    long os_error = 0;
    curl->easy_getinfo(handle, CURLINFO_OS_ERRNO, &os_error);
    const std::string of_system =
        os_error == 0 ? "" : ": " + std::generic_category().message(static_cast<int>(os_error));
    return Error{curl->easy_strerror(code) + of_system + "; check the URL and the network"};
  }
  curl->easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  const char* redirect = nullptr;
  curl->easy_getinfo(handle, CURLINFO_REDIRECT_URL, &redirect);
  location = redirect == nullptr ? "" : redirect;
  return {};
}

// libcurl does not say why it cannot read the file.
Result<void> check_ca_file(const std::string& path) {
  if (path.empty()) return {};
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    return Error{"the file of trusted certificates, " + path +
                     ", cannot be read: " + std::generic_category().message(errno) + "; give certificates in PEM",
                 "fetch.ca_file"};
  }
  ::close(fd);
  return {};
}

Result<FetchedSet> fetch(const std::string& first_url, const FetchOptions& options, const std::atomic<bool>& stop) {
  const Result<Origin> origin = checked_origin(first_url, options);
  if (!origin) return origin.error();

  if (Result<void> readable = check_ca_file(options.ca_file); !readable) return readable.error();

  const CurlLibrary* const curl = curl_library();
  const CurlEasy owned(curl->easy_init());
  CURL* const handle = owned.get();
  if (handle == nullptr) return Error{"libcurl cannot start"};
  Transfer transfer;
  transfer.max_bytes = options.max_bytes;
  transfer.stop = &stop;
  curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, origin->scheme.c_str());
  curl->easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl->easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl->easy_setopt(handle, CURLOPT_USERAGENT, "assay");
  curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl->easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl->easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  curl->easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  curl->easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl->easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl->easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
  if (!options.ca_file.empty()) curl->easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  // A proxy would see what should stay on this machine, and would resolve the name anew.
  if (options.ssrf_safe || is_loopback(origin->host)) curl->easy_setopt(handle, CURLOPT_PROXY, "");

  CurlList pinned;
  if (options.ssrf_safe) {
    const Result<std::string> pin = pin_to_public_addresses(*origin);
    if (!pin) return pin.error();
    if (!pin->empty()) pinned.reset(curl->slist_append(nullptr, pin->c_str()));
    curl->easy_setopt(handle, CURLOPT_RESOLVE, pinned.get());
    curl->easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl->easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &transfer);
  }

  const auto deadline = Clock::now() + std::chrono::duration<double>(options.timeout_seconds);
  std::string url = first_url;
  for (int redirects = 0;; ++redirects) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    long status = 0;
    std::string location;
    // 0 would be no time-out at all.
    const Result<void> done = request(handle, url, std::max<long>(1, left), transfer, status, location);
    if (!done) return done.error();
    if (status >= 300 && status < 400 && !location.empty()) {
      if (redirects == kMaxRedirects) return Error{"more than 3 redirects; give the final URL"};
      const Result<Origin> next = checked_origin(location, options);
      if (!next || !(*next == *origin))
        return Error{"it redirects to another origin, which is not followed; give the final URL"};
      url = location;
      continue;
    }
    if (status != 200) return Error{"the server answered " + std::to_string(status) + "; check the URL"};
    return FetchedSet{std::move(transfer.body),
                      cache_seconds(transfer.cache_control, transfer.age_seconds, options.max_age_seconds)};
  }
}

// The error as the caller sees it: it begins with the URL, and the source of keys is at fault unless the error says
// otherwise.
Error with_url(const std::string& url, const Error& error) {
  return {shown_url(url) + ": " + error.message, error.field.empty() ? "keys" : error.field};
}

}  // namespace

double cache_seconds(std::string_view cache_control, double age_seconds, double limit) noexcept {
  double seconds = limit;
  while (!cache_control.empty()) {
    const std::size_t comma = cache_control.find(',');
    std::string_view directive = trimmed(cache_control.substr(0, comma));
    cache_control = comma == std::string_view::npos ? std::string_view() : cache_control.substr(comma + 1);
    const std::size_t equals = directive.find('=');
    const std::string_view name = trimmed(directive.substr(0, equals));
    const auto is = [name](std::string_view wanted) {
      return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                        [](char a, char b) { return lower(a) == b; });
    };
    if (is("no-store") || is("no-cache")) seconds = 0;
    if (is("max-age") && equals != std::string_view::npos)
      if (const std::optional<double> age = delta_seconds(trimmed(directive.substr(equals + 1))))
        seconds = std::min(seconds, *age - age_seconds);
  }
  return std::min(limit, std::max(kLeastCacheSeconds, seconds));
}

std::string shown_url(const std::string& url) {
  const std::size_t query = url.find_first_of("?#");
  std::string shown = url.substr(0, query);
  const std::size_t scheme = shown.find("://");
  // libcurl takes more slashes than two, too.
  const std::size_t begin = scheme == std::string::npos ? 0 : shown.find_first_not_of("/\\", scheme + 1);
  if (begin != std::string::npos) {
    const std::size_t end = shown.find_first_of("/\\", begin);
    const std::size_t at = shown.rfind('@', end);
    if (at != std::string::npos && at >= begin) shown.erase(begin, at + 1 - begin);
  }
  if (query != std::string::npos && url[query] == '?') shown += "?...";
  return shown;
}

Result<void> check_jwks_url(const std::string& url, const FetchOptions& options) {
  const Result<Origin> origin = checked_origin(url, options);
  if (!origin) return with_url(url, origin.error());
  return {};
}

Result<FetchedSet> fetch_jwks(const std::string& url, const FetchOptions& options, const std::atomic<bool>& stop) {
  Result<FetchedSet> fetched = fetch(url, options, stop);
  if (!fetched) return with_url(url, fetched.error());
  return fetched;
}

}  // namespace assay::keys
