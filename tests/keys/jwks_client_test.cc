#include "keys/jwks_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "keys/http_server.h"

namespace assay::keys {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::atomic<bool> kGoOn{false};

FetchOptions quick() {
  FetchOptions options;
  options.timeout_seconds = 5;
  options.max_bytes = 100'000;
  return options;
}

void handle(HttpServer& server, int socket, const std::string& path) {
  if (path == "/good") {
    HttpServer::answer(socket, "200 OK", "Cache-Control: public, max-age=60\r\nAge: 10\r\n", "{\"keys\":[]}");
  } else if (path == "/no-store") {
    HttpServer::answer(socket, "200 OK", "cache-control: No-Store\r\n", "x");
  } else if (path == "/fails") {
    HttpServer::answer(socket, "500 Oops", "", "no");
  } else if (path == "/hangs") {
    server.hang(socket);
  } else if (path == "/same-origin") {
    HttpServer::answer(socket, "302 Found", "Location: /good\r\n", "");
  } else if (path == "/loop") {
    HttpServer::answer(socket, "302 Found", "Location: /loop\r\n", "");
  } else if (path == "/other-origin") {
    HttpServer::answer(socket, "302 Found", "Location: " + server.url("/good").replace(7, 9, "127.0.0.2") + "\r\n", "");
  } else if (path == "/file") {
    HttpServer::answer(socket, "302 Found", "Location: file:///etc/passwd\r\n", "");
  } else if (path == "/endless") {
    HttpServer::write(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    const std::string block(1 << 16, 'x');
    // A gigabyte, if it were read.
    for (int i = 0; i < 16384 && !server.stopping() && HttpServer::write(socket, block); ++i) {
    }
  } else if (path == "/trailers" || path == "/headers") {
    HttpServer::write(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n");
    if (path == "/trailers") HttpServer::write(socket, "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n");
    // A gigabyte, if it were read.
    const std::string line = "Cache-Control: " + std::string(1000, 'x') + "\r\n";
    for (int i = 0; i < (1 << 20) && !server.stopping() && HttpServer::write(socket, line); ++i) {
    }
  } else {
    HttpServer::answer(socket, "404 Not Found", "", "");
  }
}

class JwksClient : public ::testing::Test {
 protected:
  std::string error_of(const std::string& path, const FetchOptions& options = quick()) {
    const Result<FetchedSet> fetched = fetch_jwks(server_.url(path), options, kGoOn);
    return fetched ? "fetched: " + fetched->body : fetched.error().message;
  }
  HttpServer server_{handle};
};

TEST_F(JwksClient, FetchesAndReadsHowLongTheSetMayBeKept) {
  const Result<FetchedSet> fetched = fetch_jwks(server_.url("/good"), quick(), kGoOn);
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->body, "{\"keys\":[]}");
  EXPECT_EQ(fetched->max_age_seconds, 50);
  const Result<FetchedSet> not_kept = fetch_jwks(server_.url("/no-store"), quick(), kGoOn);
  ASSERT_TRUE(not_kept) << not_kept.error().message;
  EXPECT_EQ(not_kept->max_age_seconds, kLeastCacheSeconds);
}

TEST_F(JwksClient, NamesUrlAndFaultOfAFailedFetch) {
  EXPECT_THAT(error_of("/fails"), HasSubstr(server_.url("/fails") + ": the server answered 500"));
  EXPECT_THAT(error_of("/missing"), HasSubstr("404"));
}

TEST_F(JwksClient, SaysWhichFieldIsAtFault) {
  EXPECT_EQ(fetch_jwks(server_.url("/missing"), quick(), kGoOn).error().field, "keys");
  FetchOptions options = quick();
  options.ca_file = "no/such/file";
  const Result<FetchedSet> fetched = fetch_jwks("https" + server_.url("/good").substr(4), options, kGoOn);
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().field, "fetch.ca_file") << fetched.error().message;
  EXPECT_THAT(fetched.error().message, HasSubstr("no/such/file, cannot be read: No such file or directory"));
}

TEST_F(JwksClient, EndsAHangingFetchAtItsTimeout) {
  FetchOptions options = quick();
  options.timeout_seconds = 0.2;
  EXPECT_THAT(error_of("/hangs", options), HasSubstr("no whole answer in time"));
}

TEST_F(JwksClient, EndsAHangingFetchWhenToldToStop) {
  const std::atomic<bool> stop{true};
  FetchOptions options = quick();
  options.timeout_seconds = 600;
  const Result<FetchedSet> fetched = fetch_jwks(server_.url("/hangs"), options, stop);
  ASSERT_FALSE(fetched);
  EXPECT_THAT(fetched.error().message, HasSubstr("ended"));
}

TEST_F(JwksClient, StopsReadingAnAnswerWithoutEnd) {
  EXPECT_THAT(error_of("/endless"), HasSubstr("larger than 100000 bytes"));
}

TEST_F(JwksClient, StopsReadingHeadersAndTrailersWithoutEnd) {
  EXPECT_THAT(error_of("/trailers"), HasSubstr("headers are longer than 65536 bytes"));
  EXPECT_THAT(error_of("/headers"), AnyOf(HasSubstr("headers are longer than 65536 bytes"), HasSubstr("Too large")));
}

TEST_F(JwksClient, NeverShowsTheQueryOfAUrl) {
  for (const char* path : {"/fails?token=hunter2", "/other-origin?token=hunter2", "/endless?token=hunter2"}) {
    const std::string error = error_of(path);
    EXPECT_THAT(error, Not(HasSubstr("hunter2")));
    EXPECT_THAT(error, HasSubstr("?...: "));
  }
}

TEST_F(JwksClient, ShowsTheSystemsErrorOfAConnectionThatFails) {
  EXPECT_THAT(fetch_jwks("http://127.0.0.1:1/j", quick(), kGoOn).error().message, HasSubstr(": Connection refused;"));
}

TEST(JwksUrl, IsShownWithoutCredentials) {
  EXPECT_EQ(shown_url("https://h.example/p"), "https://h.example/p");
  EXPECT_EQ(shown_url("https://u:p@h.example/p?a=b#c"), "https://h.example/p?...");
  EXPECT_EQ(shown_url("https://u:p@h.example?a=b@c"), "https://h.example?...");
  EXPECT_EQ(shown_url("https:////u:p@h.example/p"), "https:////h.example/p");
  EXPECT_EQ(shown_url("https://h.example/p@q#f"), "https://h.example/p@q");
  EXPECT_EQ(shown_url("u:p@h.example/p?a"), "h.example/p?...");
  EXPECT_EQ(shown_url(""), "");
}

TEST_F(JwksClient, FollowsRedirectsWithinTheOriginAlone) {
  EXPECT_EQ(error_of("/same-origin"), "fetched: {\"keys\":[]}");
  EXPECT_THAT(error_of("/other-origin"), HasSubstr("another origin"));
  EXPECT_THAT(error_of("/file"), HasSubstr("another origin"));
  EXPECT_THAT(error_of("/loop"), HasSubstr("more than 3 redirects"));
}

TEST_F(JwksClient, SsrfSafeRefusesLoopback) {
  FetchOptions options = quick();
  options.ssrf_safe = true;
  EXPECT_THAT(error_of("/good", options), HasSubstr("only https"));
  const Result<FetchedSet> fetched = fetch_jwks("https://127.0.0.1:1/", options, kGoOn);
  ASSERT_FALSE(fetched);
  EXPECT_THAT(fetched.error().message, HasSubstr("not public"));
  EXPECT_EQ(server_.requests(), 0);
}

// The refusal of a URL with ssrf_safe. Nothing is sent: told to stop, libcurl ends before it connects.
std::string refusal_of_safe(const std::string& url) {
  const std::atomic<bool> stop{true};
  FetchOptions options = quick();
  options.ssrf_safe = true;
  const Result<FetchedSet> fetched = fetch_jwks(url, options, stop);
  return fetched ? "fetched" : fetched.error().message;
}

TEST(JwksSsrf, TakesNamesInAsciiAlone) {
  EXPECT_THAT(refusal_of_safe("https://b\xc3\xbc"
                              "cher.example/j"),
              HasSubstr("not plain ASCII"));
  EXPECT_THAT(refusal_of_safe("https://b%C3%BCcher.example/j"), HasSubstr("not plain ASCII"));
}

TEST(JwksSsrf, TakesPublicAddressesInTheUrl) {
  // 3ffe::/16 is global unicast by its form, and routed nowhere.
  for (const char* url : {"https://[3ffe::1]:1/j", "https://[3ffe::1]/j"})
    EXPECT_THAT(refusal_of_safe(url), AnyOf(HasSubstr("the fetch was ended"), HasSubstr("connect to server"))) << url;
  for (const char* url : {"https://[::1]:1/j", "https://[fe80::1]/j", "https://10.0.0.1/j", "https://0x7f.1/j",
                          "https://[::ffff:10.0.0.1]/j"})
    EXPECT_THAT(refusal_of_safe(url), HasSubstr("not public")) << url;
}

TEST(JwksUrl, IsHttpsOrHttpOnLoopbackWithoutCredentials) {
  for (const char* url : {"https://issuer.example/jwks.json", "http://localhost:8080/j", "http://127.9.9.9/j",
                          "http://[::1]:80/j", "HTTPS://Issuer.Example/j"})
    EXPECT_TRUE(check_jwks_url(url, {})) << url;
  for (const char* url : {"http://issuer.example/j", "http://127.0.0.1.example/j", "http://192.168.0.1/j", "ftp://x/j",
                          "file:///etc/passwd", "", "jwks.json", "https://user:secret@issuer.example/j",
                          "http://localhost@issuer.example/j"}) {
    const Result<void> checked = check_jwks_url(url, {});
    ASSERT_FALSE(checked) << url;
    EXPECT_THAT(checked.error().message, Not(HasSubstr("secret@")));
  }
}

TEST(CacheControl, GivesTheShortestOfLimitAndMaxAgeButNotLessThanTenSeconds) {
  EXPECT_EQ(cache_seconds("", 0, 3600), 3600);
  EXPECT_EQ(cache_seconds("max-age=60", 0, 3600), 60);
  EXPECT_EQ(cache_seconds("MAX-AGE=\"60\" , public", 0, 3600), 60);
  EXPECT_EQ(cache_seconds("max-age=60", 90, 3600), kLeastCacheSeconds);
  EXPECT_EQ(cache_seconds("max-age=86400", 0, 3600), 3600);
  EXPECT_EQ(cache_seconds("max-age=99999999999999999999", 0, 3600), 3600);
  EXPECT_EQ(cache_seconds("max-age=-1, s-maxage=5", 0, 3600), 3600);
  EXPECT_EQ(cache_seconds("public,no-store", 0, 3600), kLeastCacheSeconds);
  EXPECT_EQ(cache_seconds("max-age=1", 0, 3600), kLeastCacheSeconds);
  EXPECT_EQ(cache_seconds("max-age=60, no-store", 0, 3600), kLeastCacheSeconds);
  EXPECT_EQ(cache_seconds("no-cache", 0, 3600), kLeastCacheSeconds);
  EXPECT_EQ(cache_seconds("no-cache", 0, 5), 5);  // the operator decides
}

}  // namespace
}  // namespace assay::keys
