// Keys that change while a verifier works: a new key is fetched before its token is judged; a fork; a reload beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "assay/key_pair.h"
#include "assay/verifier.h"
#include "keys/http_server.h"
#include "support/sanitizer.h"
#include "verify/backend_choice.h"
#include "verify/engine.h"
#include "verify/reloader.h"

namespace assay::verify {
namespace {

// A key, its set and a token that it signed.
struct Signer {
  explicit Signer(const std::string& kid, Algorithm algorithm = Algorithm::ES256)
      : pair(*KeyPair::generate(algorithm)), set(pair.jwks(kid)) {
    TokenRequest request;
    request.kid = kid;
    token = pair.create_token(request);
  }
  KeyPair pair;
  std::string set, token;
};

class Refetch : public testing::Test {
 protected:
  JwtVerifierOptions options(double timeout = 60) {
    JwtVerifierOptions options;
    options.keys = {{KeySource::Kind::jwks_url, server_.url("/jwks"), ""}};
    options.fetch.timeout_seconds = timeout;
    options.on_note = [this](std::string_view note) {
      const std::lock_guard lock(mutex_);
      notes_ += std::string(note) + "\n";
    };
    return options;
  }
  JwtVerifier open(double timeout = 60) {
    Result<JwtVerifier> verifier = JwtVerifier::create(options(timeout));
    if (!verifier) throw std::runtime_error(verifier.error().message);
    return *std::move(verifier);
  }
  void serve(const std::string& body) {
    const std::lock_guard lock(mutex_);
    body_ = body;
  }
  std::string notes() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

  const Signer old_{"old"}, new_{"new"};
  std::mutex mutex_;
  std::string body_ = old_.set, notes_;
  std::atomic<bool> hang_{false};
  std::atomic<int> gone_{0};  // requests that hung and that the client gave up
  HttpServer server_{[this](HttpServer& server, int socket, const std::string&) {
    if (hang_) {
      server.hang(socket);
      ++gone_;
      return;
    }
    std::unique_lock lock(mutex_);
    const std::string body = body_;
    lock.unlock();
    HttpServer::answer(socket, "200 OK", "", body);
  }};
};

TEST_F(Refetch, TheTokenThatCausesItIsJudgedWithTheNewKeys) {
  const JwtVerifier verifier = open();
  EXPECT_TRUE(verifier.verify(old_.token).valid());
  serve(new_.set);
  EXPECT_TRUE(verifier.verify(new_.token).valid());
  EXPECT_EQ(server_.requests(), 2);
}

TEST_F(Refetch, AllTokensOfABatchAreJudgedWithOneSetOfKeys) {
  const JwtVerifier verifier = open();
  serve(new_.set);
  const std::string_view tokens[] = {old_.token, new_.token, old_.token};
  Verdict verdicts[3];
  verifier.verify_batch(tokens, verdicts, Instant::now());
  EXPECT_EQ(verdicts[0].reason(), Reason::key_not_found);  // the set of now does not have it
  EXPECT_TRUE(verdicts[1].valid());
  EXPECT_EQ(verdicts[2].reason(), Reason::key_not_found);
}

TEST_F(Refetch, TheFirstTokenAfterAPauseIsJudgedWithTheKeysOfNow) {
  JwtVerifierOptions wanted = options();
  wanted.fetch.max_age_seconds = 0;
  const Result<JwtVerifier> verifier = JwtVerifier::create(std::move(wanted));
  ASSERT_TRUE(verifier) << verifier.error().message;
  serve(new_.set);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // a set that is a second late is waited for
  EXPECT_EQ(verifier->verify(old_.token).reason(), Reason::key_not_found);
  EXPECT_TRUE(verifier->verify(new_.token).valid());
}

TEST_F(Refetch, AfterAPauseTheOldKeysServeIfTheServerFails) {
  JwtVerifierOptions wanted = options(0.2);
  wanted.fetch.max_age_seconds = 0;
  const Result<JwtVerifier> verifier = JwtVerifier::create(std::move(wanted));
  ASSERT_TRUE(verifier) << verifier.error().message;
  hang_ = true;
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_TRUE(verifier->verify(old_.token).valid());
  // The fetch may end a little after the batch that waited for it.
  for (int i = 0; notes().empty() && i < 1000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_THAT(notes(), testing::HasSubstr("the old keys stay in use"));
}

TEST_F(Refetch, AfterAPauseEverySetIsWaitedFor) {
  const Signer withdrawn("withdrawn"), other("other");
  std::atomic<bool> is_withdrawn{false};
  HttpServer slow([&](HttpServer&, int socket, const std::string&) {
    if (is_withdrawn) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    HttpServer::answer(socket, "200 OK", "", is_withdrawn ? other.set : withdrawn.set);
  });
  JwtVerifierOptions wanted = options();
  wanted.keys.push_back({KeySource::Kind::jwks_url, slow.url("/jwks"), ""});
  wanted.fetch.max_age_seconds = 0;
  const Result<JwtVerifier> verifier = JwtVerifier::create(std::move(wanted));
  ASSERT_TRUE(verifier) << verifier.error().message;
  EXPECT_TRUE(verifier->verify(withdrawn.token).valid());
  serve(new_.set);
  is_withdrawn = true;
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_EQ(verifier->verify(withdrawn.token).reason(), Reason::key_not_found);
}

TEST_F(Refetch, AServerThatFailsDoesNotKeepTheOldKeysOfAnother) {
  const Signer second("second");
  std::atomic<bool> fails{false};
  HttpServer failing([&](HttpServer&, int socket, const std::string&) {
    HttpServer::answer(socket, fails ? "500 Internal Server Error" : "200 OK", "", second.set);
  });
  JwtVerifierOptions wanted = options();
  wanted.keys.push_back({KeySource::Kind::jwks_url, failing.url("/jwks"), ""});
  wanted.fetch.max_age_seconds = 0;
  const Result<JwtVerifier> verifier = JwtVerifier::create(std::move(wanted));
  ASSERT_TRUE(verifier) << verifier.error().message;
  fails = true;
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_TRUE(verifier->verify(second.token).valid());  // the keys of the one that fails stay
  serve(new_.set);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_EQ(verifier->verify(old_.token).reason(), Reason::key_not_found);
}

// Returns one set with the keys of both.
std::string both_sets(const std::string& a, const std::string& b) {
  const std::string_view begin = R"({"keys":[)";
  return a.substr(0, a.rfind(']')) + "," + b.substr(b.find(begin) + begin.size());
}

TEST_F(Refetch, ATokenWithAnUnknownThumbprintFetchesItsKeyThoughSeveralKeysFit) {
  const std::string header = R"("x5t#S256":"dGhlIG5ldyBrZXkgYW5kIG5vbmUgb2YgdGhlIG9sZA"})", claims = R"({"sub":"u"})";
  const Signer second("second");
  serve(both_sets(old_.set, second.set));
  const JwtVerifier verifier = open();
  const std::string token = new_.pair.sign(R"({"alg":"ES256",)" + header, claims);
  EXPECT_EQ(verifier.verify(token).reason(), Reason::key_ambiguous);
  EXPECT_EQ(server_.requests(), 2);
  serve(new_.set);
  EXPECT_TRUE(verifier.verify(token).valid());
  EXPECT_EQ(server_.requests(), 3);
  // Keys that permit another algorithm do not fit, either.
  const Signer of_other_curve("other", Algorithm::ES384);
  serve(of_other_curve.set);
  EXPECT_TRUE(verifier.verify(of_other_curve.pair.sign(R"({"alg":"ES384",)" + header, claims)).valid());
  EXPECT_EQ(server_.requests(), 4);
}

TEST_F(Refetch, ATokenThatNamesNoKeyFetchesNothing) {
  const Signer second("second");
  serve(both_sets(old_.set, second.set));
  const JwtVerifier verifier = open();
  EXPECT_EQ(verifier.verify(new_.pair.sign(R"({"alg":"ES256"})", R"({"sub":"u"})")).reason(), Reason::key_ambiguous);
  EXPECT_EQ(server_.requests(), 1);
}

TEST_F(Refetch, KnownKidsAndTokensThatAreNoneAskForNothing) {
  const JwtVerifier verifier = open();
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(verifier.verify(old_.token).valid());
    EXPECT_FALSE(verifier.verify("e30.e30.").valid());
    EXPECT_FALSE(verifier.verify(new_.token.substr(0, new_.token.find('.'))).valid());
  }
  EXPECT_EQ(server_.requests(), 1);
}

TEST_F(Refetch, TokensOfUnknownKeysCostThreeFetchesAndTheOldKeysStay) {
  const JwtVerifier verifier = open();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(verifier.verify(new_.token).reason(), Reason::key_not_found);
  EXPECT_EQ(server_.requests(), 4);
  EXPECT_TRUE(verifier.verify(old_.token).valid());
}

// A public key beside a URL serves every token, so the kid need not be in the set.
TEST_F(Refetch, ATokenThatAPublicKeyVerifiesWaitsForNothingAndIsRemembered) {
  const Signer outside("nobody");
  JwtVerifierOptions both = options();
  both.keys.push_back({KeySource::Kind::public_key_text, outside.pair.public_pem(), ""});
  const auto engine = Engine::create(std::move(both), *make_backend({}), memo::TokenMemo::Options{.always = true});
  ASSERT_TRUE(engine) << engine.error().message;
  const jose::TokenInput input{outside.token, Instant::now()};
  std::unique_ptr<Session> session = (*engine)->acquire();
  for (int i = 0; i < 3; ++i) {
    jose::TokenVerdict verdict;
    ASSERT_TRUE((*engine)->verify({&input, 1}, {&verdict, 1}, *session));
    EXPECT_TRUE(verdict.reasons.empty());
  }
  EXPECT_EQ(server_.requests(), 1);
  EXPECT_EQ((*engine)->memo_statistics().hits, 2u);
}

TEST_F(Refetch, ATokenThatThePublicKeyDoesNotVerifyFetchesItsKeyAfterwards) {
  const Signer outside("nobody");
  JwtVerifierOptions both = options();
  both.keys.push_back({KeySource::Kind::public_key_text, outside.pair.public_pem(), ""});
  const auto engine = Engine::create(std::move(both), *make_backend({}), memo::TokenMemo::Options{.always = true});
  ASSERT_TRUE(engine) << engine.error().message;
  serve(new_.set);
  const Instant now = Instant::now();
  const jose::TokenInput inputs[] = {{outside.token, now}, {new_.token, now}};
  jose::TokenVerdict verdicts[2];
  std::unique_ptr<Session> session = (*engine)->acquire();
  ASSERT_TRUE((*engine)->verify(inputs, verdicts, *session));
  EXPECT_TRUE(verdicts[0].reasons.empty());
  EXPECT_TRUE(verdicts[1].reasons.empty());
  EXPECT_EQ(server_.requests(), 2);
  EXPECT_EQ((*engine)->memo_statistics().lookups, 2u);  // though the batch began anew
  // Forged ones cost no more than the bucket holds, and one refetch a batch.
  const Signer forger("forged");
  const jose::TokenInput forged[] = {{forger.token, now}, {forger.token, now}};
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE((*engine)->verify(forged, verdicts, *session));
    EXPECT_EQ(verdicts[0].reasons, ReasonSet(Reason::signature_invalid));
  }
  EXPECT_EQ(server_.requests(), 4);
}

TEST_F(Refetch, ATokenThatIsVerifiedAgainWithTheNewKeysDoesNotCountAsKnown) {
  const auto engine = Engine::create(options(), *make_backend({}), memo::TokenMemo::Options{.always = true});
  ASSERT_TRUE(engine) << engine.error().message;
  const Instant now = Instant::now();
  const jose::TokenInput inputs[] = {{old_.token, now}, {new_.token, now}};
  jose::TokenVerdict verdicts[2];
  std::unique_ptr<Session> session = (*engine)->acquire();
  ASSERT_TRUE((*engine)->verify({inputs, 1}, {verdicts, 1}, *session));
  serve(both_sets(old_.set, new_.set));
  ASSERT_TRUE((*engine)->verify(inputs, verdicts, *session));
  EXPECT_TRUE(verdicts[0].reasons.empty());
  EXPECT_TRUE(verdicts[1].reasons.empty());
  EXPECT_EQ((*engine)->memo_statistics().lookups, 3u);
  EXPECT_EQ((*engine)->memo_statistics().hits, 0u);
  ASSERT_TRUE((*engine)->verify(inputs, verdicts, *session));
  EXPECT_EQ((*engine)->memo_statistics().hits, 2u);
}

// One of them fails before any key is tried, the other with the last key.
TEST_F(Refetch, ABatchWaitsOnceInVainForBothKindsOfUnknownKey) {
  const Signer outside("nobody"), of_other_curve("other", Algorithm::ES384), forger("forged");
  JwtVerifierOptions both = options();
  both.keys.push_back({KeySource::Kind::public_key_text, outside.pair.public_pem(), ""});
  both.policy.algorithms = {Algorithm::ES256, Algorithm::ES384};
  const auto verifier = JwtVerifier::create(std::move(both));
  ASSERT_TRUE(verifier) << verifier.error().message;
  const std::string_view tokens[] = {of_other_curve.token, forger.token};
  Verdict verdicts[2];
  verifier->verify_batch(tokens, verdicts, Instant::now());
  EXPECT_EQ(verdicts[0].reason(), Reason::key_not_found);
  EXPECT_EQ(verdicts[1].reason(), Reason::signature_invalid);
  EXPECT_EQ(server_.requests(), 2);
}

TEST_F(Refetch, AServerThatHangsHoldsUpOnlyBatchesThatAsk) {
  const JwtVerifier verifier = open(0.2);
  hang_ = true;
  std::thread asking([&] { EXPECT_EQ(verifier.verify(new_.token).reason(), Reason::key_not_found); });
  while (server_.requests() < 2) std::this_thread::yield();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(verifier.verify(old_.token).valid());
  asking.join();
}

TEST_F(Refetch, ASignalEndsTheWait) {
  const Result<std::unique_ptr<Engine>> engine = Engine::create(options(600));
  ASSERT_TRUE(engine) << engine.error().message;
  hang_ = true;
  std::atomic<int> stop{0};
  std::thread batch([&] {
    std::unique_ptr<Session> session = (*engine)->acquire();
    session->wait_until(&stop);
    const jose::TokenInput input{new_.token, Instant::now()};
    jose::TokenVerdict verdict;
    EXPECT_TRUE((*engine)->verify({&input, 1}, {&verdict, 1}, *session));
    EXPECT_EQ(verdict.reasons.first(), Reason::key_not_found);
    session->wait_until(nullptr);
    (*engine)->release(std::move(session));
  });
  while (server_.requests() < 2) std::this_thread::yield();
  stop = 15;
  batch.join();  // would last ten minutes otherwise
}

TEST_F(Refetch, AReloadInTheBackgroundHoldsUpNobodyAndIsGivenUpAtTheEnd) {
  const Result<std::unique_ptr<Engine>> engine = Engine::create(options(600));
  ASSERT_TRUE(engine) << engine.error().message;
  hang_ = true;
  {
    Reloader reloader(**engine);
    reloader.request();
    while (server_.requests() < 2) std::this_thread::yield();
    std::unique_ptr<Session> session = (*engine)->acquire();
    const jose::TokenInput input{old_.token, Instant::now()};
    jose::TokenVerdict verdict;
    EXPECT_TRUE((*engine)->verify({&input, 1}, {&verdict, 1}, *session));
    EXPECT_TRUE(verdict.reasons.empty());
    (*engine)->release(std::move(session));
    EXPECT_EQ(gone_, 0);
  }
  EXPECT_EQ(notes(), "");  // the end of a run is no failure
  hang_ = false;
  serve(new_.set);
  Reloader reloader(**engine);
  reloader.request();
  while (notes().empty()) std::this_thread::yield();
  EXPECT_EQ(notes(), "keys read again: 1 key\n");
}

TEST(TokenMemoWithoutUrls, ServesTokensThatNameAKeyOfAPublicKeyFile) {
  const Signer signer("k1");
  JwtVerifierOptions options;
  options.keys = {{KeySource::Kind::public_key_text, signer.pair.public_pem(), ""}};
  const auto engine = Engine::create(std::move(options), *make_backend({}), memo::TokenMemo::Options{.always = true});
  ASSERT_TRUE(engine) << engine.error().message;
  const jose::TokenInput input{signer.token, Instant::now()};
  std::unique_ptr<Session> session = (*engine)->acquire();
  for (int i = 0; i < 3; ++i) {
    jose::TokenVerdict verdict;
    ASSERT_TRUE((*engine)->verify({&input, 1}, {&verdict, 1}, *session));
    EXPECT_TRUE(verdict.reasons.empty());
  }
  EXPECT_EQ((*engine)->memo_statistics().hits, 2u);
}

TEST(VerifierAndFork, AChildUsesAndDestroysAVerifierThatWasUsed) {
  if (!follows_forks()) GTEST_SKIP() << "a child cannot start a thread here";
  const Signer signer("k1");
  JwtVerifierOptions options;
  options.keys = {{KeySource::Kind::jwks_text, signer.set, ""}};
  options.backend = "lanes";
  options.memo_memory = 0;
  Result<JwtVerifier> made = JwtVerifier::create(options);
  ASSERT_TRUE(made) << made.error().message;
  std::optional<JwtVerifier> verifier(*std::move(made));
  const std::vector<std::string_view> tokens(500, signer.token);
  std::vector<Verdict> verdicts(tokens.size());
  // Enough uses for tables, so that the thread that builds them runs.
  for (int i = 0; i < 5; ++i) verifier->verify_batch(tokens, verdicts, Instant::now());
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    for (int i = 0; i < 5; ++i) verifier->verify_batch(tokens, verdicts, Instant::now());
    const bool right = verdicts.back().valid();
    verifier.reset();
    ::_exit(right ? 7 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status)) << "it was ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  verifier->verify_batch(tokens, verdicts, Instant::now());
  EXPECT_TRUE(verdicts.back().valid());
}

}  // namespace
}  // namespace assay::verify
