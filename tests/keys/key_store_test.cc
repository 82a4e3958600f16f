#include "keys/key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "keys/http_server.h"
#include "keys/support.h"
#include "support/sanitizer.h"

namespace assay::keys {
namespace {

using ::testing::HasSubstr;
using Kind = KeySource::Kind;

// Opens a store that must not open, and gives its error.
std::string refusal(KeySource one, const Policy& with) {
  const auto store = KeyStore::open({std::move(one)}, with, {}, {});
  return store ? "opened" : store.error().message;
}

class KeyFiles : public ::testing::Test {
 protected:
  KeyFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "assay_keys_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~KeyFiles() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& bytes) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  // The secret that a file gives.
  std::string secret_of(const std::string& bytes) {
    const auto store = KeyStore::open({source(Kind::secret_file, write("secret", bytes))}, policy(), {}, {});
    return store ? (*store)->snapshot()->ring->keys()[0].jwk.k : store.error().message;
  }
  std::filesystem::path folder_;
};

TEST_F(KeyFiles, TheFinalNewlineOfATextFileIsNoPartOfTheSecret) {
  const std::string text(32, 's');
  EXPECT_EQ(secret_of(text + "\n"), text);
  EXPECT_EQ(secret_of(text + "\r\n"), text);
  EXPECT_EQ(secret_of(text + "\n\n"), text + "\n");
  EXPECT_EQ(secret_of(text + "\xff\n"), text + "\xff\n");
  EXPECT_EQ(secret_of(text + std::string(1, '\0') + "\n"), text + std::string(1, '\0') + "\n");
  EXPECT_EQ(secret_of(text + "\xc3\xa9\n"), text + "\xc3\xa9");
}

TEST_F(KeyFiles, ReloadKeepsTheOldKeysWhenTheNewFileIsBroken) {
  const std::string path = write("jwks.json", ec_set("a"));
  const auto store = KeyStore::open({source(Kind::jwks_file, path)}, policy(), {}, {});
  ASSERT_TRUE(store) << store.error().message;
  const std::shared_ptr<const Snapshot> before = (*store)->snapshot();
  write("jwks.json", "{");
  const Result<void> reloaded = (*store)->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_THAT(reloaded.error().message, HasSubstr(path));
  EXPECT_EQ((*store)->snapshot(), before);
  EXPECT_EQ((*store)->snapshot()->ring->keys()[0].jwk.kid, "a");
  write("jwks.json", ec_set("b"));
  EXPECT_TRUE((*store)->reload());
  EXPECT_NE((*store)->snapshot(), before);
  EXPECT_EQ((*store)->snapshot()->ring->keys()[0].jwk.kid, "b");
}

TEST_F(KeyFiles, AMissingFileIsNamed) {
  EXPECT_THAT(refusal(source(Kind::jwks_file, (folder_ / "none").string()), policy()),
              HasSubstr("none: cannot be read: No such file or directory"));
}

TEST(KeyStore, RefusesSecondsThatNoClockCounts) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::pair<const char*, double FetchOptions::*> all[] = {
      {"fetch.timeout_seconds", &FetchOptions::timeout_seconds},
      {"fetch.max_age_seconds", &FetchOptions::max_age_seconds},
      {"fetch.refetch_interval_seconds", &FetchOptions::refetch_interval_seconds}};
  for (const auto& [field, seconds] : all) {
    const auto opened = [&, member = seconds](double value) {
      FetchOptions fetch;
      fetch.*member = value;
      return KeyStore::open({source(Kind::secret_text, std::string(32, 's'))}, policy(), fetch, {});
    };
    for (const double wrong : {std::numeric_limits<double>::quiet_NaN(), kInfinity, -kInfinity, -1.0, 31'536'001.0}) {
      const auto store = opened(wrong);
      ASSERT_FALSE(store) << field << ' ' << wrong;
      EXPECT_EQ(store.error().field, field);
    }
    for (const double right : {0.0, 0.5, 31'536'000.0}) EXPECT_TRUE(opened(right)) << field << ' ' << right;
  }
}

TEST(KeyStore, AllowsWhatTheKeysPermitUnlessThePolicySaysWhich) {
  AlgorithmSet es256;
  es256.insert(Algorithm::ES256);
  const auto store = KeyStore::open({source(Kind::jwks_text, ec_set("a"))}, policy(), {}, {});
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->snapshot()->allowed, es256);
  EXPECT_TRUE((*store)->snapshot()->has_key_sources);
}

TEST(KeyStore, RefusesPublicKeysForSharedSecretAlgorithms) {
  for (Profile profile : {Profile::strict, Profile::fastmcp})
    EXPECT_THAT(refusal(source(Kind::jwks_text, ec_set("a")), policy({Algorithm::HS256}, profile)),
                HasSubstr("needs a shared secret"));
}

TEST(KeyStore, RefusesSecretsThatAreShortOrNoSecret) {
  const auto with = policy({Algorithm::HS384});
  EXPECT_THAT(refusal(source(Kind::secret_text, std::string(32, 's')), with), HasSubstr("at least 48"));
  EXPECT_THAT(refusal(source(Kind::secret_text, ""), with), HasSubstr("empty"));
  EXPECT_THAT(refusal(source(Kind::secret_text, "ssh-rsa " + std::string(64, 'A')), with), HasSubstr("key file"));
  const std::string pem = "x\n-----BEGIN PUBLIC KEY-----\n" + std::string(64, 'A');
  for (Profile profile : {Profile::strict, Profile::fastmcp})
    EXPECT_THAT(refusal(source(Kind::secret_text, pem), policy({Algorithm::HS256}, profile)), HasSubstr("public key"));
  EXPECT_EQ(refusal(source(Kind::secret_text, "s"), policy({Algorithm::HS256}, Profile::fastmcp)), "opened");
}

TEST(KeyStore, TellsOfTheFirst20SkippedKeysOfASetAndCountsTheRest) {
  // The reader of the set finds the ones without kty, OpenSSL the points that are not on the curve.
  const std::string off_curve =
      R"({"kty":"EC","crv":"P-256","x":")" + std::string(43, 'A') + R"(","y":")" + std::string(43, 'A') + "\"}";
  std::string keys = R"({"kty":"EC","crv":"P-256",)" + kPoint + "}";
  for (int i = 0; i < 15; ++i) keys += ",{}," + off_curve;
  std::vector<std::string> notes;
  const auto store = KeyStore::open({source(Kind::jwks_text, "{\"keys\":[" + keys + "]}")}, policy(), {},
                                    [&](std::string_view note) { notes.emplace_back(note); });
  ASSERT_TRUE(store) << store.error().message;
  ASSERT_EQ(notes.size(), 21u);
  EXPECT_EQ(notes.back(), "the key set: and 10 more notes on its keys");
}

TEST_F(KeyFiles, ReloadKeepsTheOldKeysWhenTheNewFileHasNoUsableKey) {
  const std::string path = write("jwks.json", ec_set("a"));
  const auto store = KeyStore::open({source(Kind::jwks_file, path)}, policy(), {}, {});
  ASSERT_TRUE(store) << store.error().message;
  for (const std::string& set : {std::string("{\"keys\":[]}"), std::string(R"({"keys":[{"kty":"none","kid":"b"}]})")}) {
    write("jwks.json", set);
    const Result<void> reloaded = (*store)->reload();
    ASSERT_FALSE(reloaded) << set;
    EXPECT_THAT(reloaded.error().message, HasSubstr(path));
    EXPECT_EQ((*store)->snapshot()->ring->keys()[0].jwk.kid, "a");
  }
}

// A key server whose answers the test changes. What it will answer is fixed when the request arrives.
class KeyServer : public ::testing::Test {
 protected:
  void serve(const std::string& status, const std::string& body, const std::string& headers = "") {
    const std::lock_guard lock(mutex_);
    status_ = status, body_ = body, headers_ = headers;
  }
  // Requests that arrive while it holds are answered after release().
  void hold() { holding_ = true; }
  void hold_no_more() { holding_ = false; }  // those that it holds are held on
  void release() { hold_no_more(), released_ = true; }

  FetchOptions options(double interval, double timeout = 5) const {
    FetchOptions fetch;
    fetch.refetch_interval_seconds = interval;
    fetch.timeout_seconds = timeout;
    fetch.max_bytes = 10'000;
    return fetch;
  }
  std::unique_ptr<KeyStore> open(double interval, double timeout = 5) { return open(options(interval, timeout)); }
  std::unique_ptr<KeyStore> open(const FetchOptions& fetch, std::vector<KeySource> more = {}) {
    std::vector<KeySource> sources = {source(Kind::jwks_url, server_.url("/jwks"))};
    sources.insert(sources.end(), more.begin(), more.end());
    auto store = KeyStore::open(std::move(sources), policy(), fetch, [this](std::string_view note) {
      const std::lock_guard lock(mutex_);
      notes_ += std::string(note) + "\n";
    });
    if (!store) throw std::runtime_error(store.error().message);
    return *std::move(store);
  }
  std::string notes() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }
  // As a batch with an unknown kid does. A minute is far more than it takes.
  static bool ask(KeyStore& store) {
    const std::shared_ptr<const Snapshot> seen = store.snapshot();
    return store.wait_for_newer(seen.get(), Clock::now() + std::chrono::minutes(1), nullptr);
  }
  template <class Condition>
  static bool eventually(Condition condition) {
    for (int i = 0; i < 6000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  static std::string kid(KeyStore& store, std::size_t key = 0) { return store.snapshot()->ring->keys()[key].jwk.kid; }

  std::mutex mutex_;
  std::string status_ = "200 OK", body_ = ec_set("a"), headers_, notes_;
  std::atomic<bool> holding_{false};
  std::atomic<bool> released_{false};
  std::atomic<int> held_{0}, answered_{0};
  HttpServer server_{[this](HttpServer& server, int socket, const std::string&) {
    std::unique_lock lock(mutex_);
    const std::string status = status_, body = body_, headers = headers_;
    lock.unlock();
    if (status == "hang") return server.hang(socket);
    if (holding_) {
      ++held_;
      while (!released_ && !server.stopping()) std::this_thread::yield();
    }
    HttpServer::answer(socket, status, headers, body);
    ++answered_;
  }};
};

TEST_F(KeyServer, RotatedKeysAreThereWhenTheBatchThatAskedGoesOn) {
  const auto store = open(0);
  EXPECT_EQ(kid(*store), "a");
  serve("200 OK", ec_set("b"));
  EXPECT_TRUE(ask(*store));
  EXPECT_EQ(kid(*store), "b");
}

TEST_F(KeyServer, ABatchThatIsBehindDoesNotAsk) {
  const auto store = open(0);
  const std::shared_ptr<const Snapshot> old = store->snapshot();
  serve("200 OK", ec_set("b"));
  EXPECT_TRUE(ask(*store));
  EXPECT_EQ(server_.requests(), 2);
  EXPECT_TRUE(store->wait_for_newer(old.get(), Clock::now(), nullptr));
  EXPECT_EQ(server_.requests(), 2);
}

TEST_F(KeyServer, AnUnchangedSetLeavesTheSnapshotAsItWas) {
  const auto store = open(0);
  const std::shared_ptr<const Snapshot> before = store->snapshot();
  EXPECT_FALSE(ask(*store));
  EXPECT_EQ(server_.requests(), 2);
  EXPECT_EQ(store->snapshot(), before);
}

TEST_F(KeyServer, AFailedRefetchKeepsTheOldKeysAndIsToldOnce) {
  const auto store = open(0);
  serve("500 Oops", "");
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(ask(*store));
  EXPECT_EQ(kid(*store), "a");
  EXPECT_TRUE(eventually([&] { return notes().find("answered 500") != std::string::npos; }));
  const std::string told = notes();
  EXPECT_EQ(told.find("answered 500"), told.rfind("answered 500"));
  serve("200 OK", "<html>");
  EXPECT_FALSE(ask(*store));
  EXPECT_TRUE(eventually([&] { return notes().find(server_.url("/jwks"), told.size()) != std::string::npos; }));
  serve("200 OK", std::string(1'000'000, ' '));
  EXPECT_FALSE(ask(*store));
  EXPECT_TRUE(eventually([&] { return notes().find("larger than") != std::string::npos; }));
  serve("200 OK", "{\"keys\":[]}");
  EXPECT_FALSE(ask(*store));
  EXPECT_EQ(kid(*store), "a");
}

TEST_F(KeyServer, AServerThatFlapsServesWhatItPublishesWhenItAnswers) {
  const auto store = open(0);
  for (const char* name : {"b", "c", "d"}) {
    serve("503 Busy", "");
    EXPECT_FALSE(ask(*store));
    serve("200 OK", ec_set(name));
    EXPECT_TRUE(ask(*store));
    EXPECT_EQ(kid(*store), name);
  }
}

TEST_F(KeyServer, TokensCannotMakeItAskMoreOftenThanTheBucketGrants) {
  const auto store = open(3600);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(ask(*store));
  EXPECT_EQ(server_.requests(), 1 + RefetchBucket::kMost);
  serve("200 OK", ec_set("b"));
  EXPECT_FALSE(ask(*store));
  EXPECT_EQ(kid(*store), "a");
  EXPECT_TRUE(store->reload());  // a reload is the operator's own wish
  EXPECT_EQ(kid(*store), "b");
}

TEST_F(KeyServer, BatchesThatAskAtOnceShareOneRefetch) {
  const auto store = open(3600);
  const std::shared_ptr<const Snapshot> seen = store->snapshot();
  serve("200 OK", ec_set("b"));
  hold();
  std::vector<std::thread> batches;
  std::atomic<int> served{0};
  for (int i = 0; i < 8; ++i) {
    batches.emplace_back([&] {
      if (store->wait_for_newer(seen.get(), Clock::now() + std::chrono::minutes(1), nullptr)) ++served;
    });
  }
  EXPECT_TRUE(eventually([&] { return held_ == 1; }));
  EXPECT_EQ(kid(*store), "a");  // whoever does not ask goes on meanwhile
  release();
  for (std::thread& batch : batches) batch.join();
  EXPECT_EQ(served, 8);
  EXPECT_EQ(server_.requests(), 2);
}

// The running refetch may have asked before the key was published.
TEST_F(KeyServer, ABatchThatJoinedARefetchInVainAsksOnceMore) {
  const auto store = open(3600);
  const std::shared_ptr<const Snapshot> seen = store->snapshot();
  hold();
  std::thread first([&] { store->wait_for_newer(seen.get(), Clock::now() + std::chrono::minutes(1), nullptr); });
  EXPECT_TRUE(eventually([&] { return held_ == 1; }));
  serve("200 OK", ec_set("b"));
  std::atomic<bool> served{false};
  std::thread second(
      [&] { served = store->wait_for_newer(seen.get(), Clock::now() + std::chrono::minutes(1), nullptr); });
  release();
  first.join();
  second.join();
  EXPECT_TRUE(served);
  EXPECT_EQ(kid(*store), "b");
}

TEST_F(KeyServer, AHangingServerHoldsABatchNoLongerThanItsDeadlineOrASignal) {
  const auto store = open(3600, 600);
  serve("hang", "");
  const std::shared_ptr<const Snapshot> seen = store->snapshot();
  EXPECT_FALSE(store->wait_for_newer(seen.get(), Clock::now() + std::chrono::milliseconds(50), nullptr));
  const std::atomic<int> stop{15};
  EXPECT_FALSE(store->wait_for_newer(seen.get(), Clock::now() + std::chrono::hours(1), &stop));
  EXPECT_EQ(kid(*store), "a");
}

TEST_F(KeyServer, ABatchThatDoesNotWaitSpendsNothingOfTheBucket) {
  const auto store = open(3600);
  const std::shared_ptr<const Snapshot> seen = store->snapshot();
  const std::atomic<int> stop{15};
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(store->wait_for_newer(seen.get(), Clock::now() - std::chrono::seconds(1), nullptr));
    EXPECT_FALSE(store->wait_for_newer(seen.get(), Clock::now() + std::chrono::hours(1), &stop));
  }
  EXPECT_EQ(server_.requests(), 1);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(ask(*store));
  EXPECT_EQ(server_.requests(), 1 + RefetchBucket::kMost);
}

TEST_F(KeyServer, AServerThatHangsHoldsUpNoOther) {
  std::atomic<bool> rotated{false};
  HttpServer other([&](HttpServer&, int socket, const std::string&) {
    HttpServer::answer(socket, "200 OK", "", ec_set(rotated ? "z2" : "z1"));
  });
  const auto store = open(options(3600, 600), {source(Kind::jwks_url, other.url("/jwks"))});
  serve("hang", "");
  rotated = true;
  EXPECT_TRUE(ask(*store));
  EXPECT_EQ(kid(*store, 0), "a");  // the keys of the one that fails stay
  EXPECT_EQ(kid(*store, 1), "z2");
}

TEST_F(KeyServer, ASetPastItsAgeIsFetchedAgain) {
  FetchOptions fetch = options(0);
  fetch.max_age_seconds = 0;
  const auto store = open(fetch);
  serve("200 OK", ec_set("b"));
  EXPECT_TRUE(eventually([&] { return kid(*store) == "b"; }));
}

TEST_F(KeyServer, AServerCannotMakeItAskAllTheTime) {
  serve("200 OK", ec_set("a"), "Cache-Control: no-store\r\n");
  const auto store = open(0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(kid(*store), "a");
  EXPECT_EQ(server_.requests(), 1);
}

TEST_F(KeyServer, TwentyReloadsWithLateAnswersBringNoRevokedKeyBack) {
  const auto store = open(3600);
  hold();
  std::vector<std::thread> late;
  for (int i = 0; i < 20; ++i) late.emplace_back([&] { EXPECT_TRUE(store->reload()); });
  EXPECT_TRUE(eventually([&] { return held_ == 20; }));
  hold_no_more();
  serve("200 OK", ec_set("b"));
  EXPECT_TRUE(store->reload());
  EXPECT_EQ(kid(*store), "b");
  release();
  for (std::thread& reload : late) reload.join();
  EXPECT_EQ(kid(*store), "b");
}

TEST_F(KeyServer, ALateRefetchBringsNoRevokedKeyBack) {
  serve("200 OK", ec_set("0"));
  const auto store = open(3600);
  serve("200 OK", ec_set("a"));
  hold();
  std::thread batch([&] { ask(*store); });
  EXPECT_TRUE(eventually([&] { return held_ == 1; }));
  hold_no_more();
  serve("200 OK", ec_set("b"));
  EXPECT_TRUE(store->reload());
  release();
  batch.join();
  EXPECT_TRUE(eventually([&] { return answered_ == 3; }));
  EXPECT_FALSE(ask(*store));  // ends after the late one
  EXPECT_EQ(kid(*store), "b");
}

TEST_F(KeyServer, ClosingEndsAHangingFetch) {
  auto store = open(0, 600);
  serve("hang", "");
  const std::shared_ptr<const Snapshot> seen = store->snapshot();
  EXPECT_FALSE(store->wait_for_newer(seen.get(), Clock::now() + std::chrono::milliseconds(10), nullptr));
  EXPECT_TRUE(eventually([&] { return server_.requests() == 2; }));
  store.reset();  // would last ten minutes otherwise, and the test's time-out is five
}

TEST_F(KeyServer, AReloadThatIsToldToStopEnds) {
  const auto store = open(0, 600);
  serve("hang", "");
  std::atomic<bool> stop{false};
  std::thread reload([&] { EXPECT_FALSE(store->reload(stop)); });
  EXPECT_TRUE(eventually([&] { return server_.requests() == 2; }));
  stop = true;
  reload.join();
  EXPECT_EQ(kid(*store), "a");
}

TEST_F(KeyServer, AChildOfForkFetchesByItselfAndEnds) {
  if (!follows_forks()) GTEST_SKIP() << "a child cannot start a thread here";
  auto store = open(0);
  EXPECT_FALSE(ask(*store));  // the thread of the parent is there
  serve("200 OK", ec_set("b"));
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    const bool newer = ask(*store);
    const bool right = newer && kid(*store) == "b";
    store.reset();
    ::_exit(right ? 7 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(kid(*store), "a");
}

TEST_F(KeyServer, OpeningFailsWithoutAFirstSet) {
  serve("500 Oops", "");
  EXPECT_THAT(refusal(source(Kind::jwks_url, server_.url("/jwks")), policy()), HasSubstr("500"));
  EXPECT_THAT(refusal(source(Kind::jwks_url, "http://issuer.example/jwks"), policy()), HasSubstr("https"));
}

}  // namespace
}  // namespace assay::keys
