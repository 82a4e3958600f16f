// A memo changes how fast verdicts are given, and nothing in them: two engines side by side, one with a memo that keeps
// every valid token at once, one without any.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "assay/key_pair.h"
#include "codec/json.h"
#include "kernel/choice.h"
#include "keys/http_server.h"
#include "lanes/lanes_backend.h"
#include "support/random.h"
#include "support/temp_dir.h"
#include "support/vector_cases.h"
#include "support/vectors.h"
#include "verify/backend_choice.h"
#include "verify/engine.h"

namespace assay::verify {
namespace {

constexpr std::int64_t kIssued = 1'790'000'000;

// Every field of a verdict; the texts are read, so that a view that ended shows.
std::string shown(const jose::TokenVerdict& verdict) {
  std::string text = std::to_string(verdict.reasons.bits()) + " " + std::string(to_string(verdict.signature));
  const auto add = [&](bool present, std::string_view field) {
    text += present ? " [" + std::string(field) + "]" : " -";
  };
  add(verdict.has_alg, verdict.alg);
  add(verdict.has_kid, verdict.kid);
  add(verdict.has_client_id, verdict.client_id);
  add(verdict.has_subject, verdict.subject);
  add(verdict.has_issuer, verdict.issuer);
  add(verdict.has_jti, verdict.jti);
  for (const std::string_view field : {verdict.expires_at, verdict.claims, verdict.detail}) add(true, field);
  for (const std::string_view scope : verdict.scopes) add(true, scope);
  return text;
}

struct Asked {
  std::string token;
  Instant at;
};

// One engine and its session.
class Side {
 public:
  Side(JwtVerifierOptions options, bool with_memo, std::shared_ptr<const signature::Backend> backend = nullptr) {
    if (!with_memo) options.memo_memory = 0;
    if (backend == nullptr) {
      signature::BackendOptions wanted;
      wanted.name = options.backend;
      backend = *make_backend(wanted);
    }
    Result<std::unique_ptr<Engine>> made =
        Engine::create(std::move(options), std::move(backend), memo::TokenMemo::Options{.always = true});
    if (!made) {
      error_ = made.error().message;
      return;
    }
    engine_ = std::move(*made);
    session_ = engine_->acquire();
  }
  explicit operator bool() const { return engine_ != nullptr; }
  const std::string& error() const { return error_; }
  Engine& engine() { return *engine_; }

  std::vector<std::string> judge(const std::vector<Asked>& asked) {
    std::vector<jose::TokenInput> inputs;
    for (const Asked& one : asked) inputs.push_back({one.token, one.at});
    std::vector<jose::TokenVerdict> verdicts(inputs.size());
    EXPECT_TRUE(engine_->verify(inputs, verdicts, *session_));
    std::vector<std::string> texts;
    for (const jose::TokenVerdict& verdict : verdicts) texts.push_back(shown(verdict));
    return texts;
  }

 private:
  std::string error_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> session_;
};

void expect_equal_verdicts(Side& with, Side& without, const std::vector<Asked>& asked, const std::string& what = {}) {
  const std::vector<std::string> got = with.judge(asked);
  const std::vector<std::string> expected = without.judge(asked);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    EXPECT_EQ(got[i], expected[i]) << what << ", token " << i << " at " << to_rfc3339(asked[i].at) << ": "
                                   << asked[i].token.substr(0, 400);
  }
}

class EngineMemo : public testing::TestWithParam<Profile> {};
std::string name_of(const testing::TestParamInfo<Profile>& which) {
  constexpr const char* kNames[] = {"strict", "fastmcp_3_4", "fastmcp_4_1", "fastmcp_4_2"};
  return kNames[static_cast<int>(which.param)];
}
INSTANTIATE_TEST_SUITE_P(EachProfile, EngineMemo,
                         testing::Values(Profile::strict, Profile::fastmcp_3_4, Profile::fastmcp_4_1,
                                         Profile::fastmcp_4_2),
                         name_of);

// Lifetimes, required claims and lists of revoked tokens, before and after the moment of revocation.
TEST_P(EngineMemo, ChangesNoVerdictOfThePolicysAdditions) {
  const test::TempDir folder;
  const std::string list = folder.write("revoked.csv", "jti,from\nr0,\nr1," + std::to_string(kIssued + 100) + "\n");
  Result<KeyPair> pair = KeyPair::generate(Algorithm::ES256);
  ASSERT_TRUE(pair);
  JwtVerifierOptions options;
  options.keys = {{KeySource::Kind::jwks_text, pair->jwks("k1"), ""}};
  options.policy.profile = GetParam();
  options.policy.algorithms = {Algorithm::ES256};
  options.policy.required_claims = {{"tid", "t"}};
  options.policy.max_lifetime_seconds = 3600;
  options.policy.revoked = {list};
  std::vector<Asked> asked;
  for (const char* jti : {"r0", "r1", "r2"}) {
    for (const char* tid : {"\"t\"", "\"u\"", "[\"u\",\"t\"]"}) {
      for (const std::int64_t lifetime : {3600, 3601}) {
        TokenRequest request;
        request.kid = "k1";
        request.issued_at = Instant{kIssued, 0};
        request.expires_in_seconds = lifetime;
        request.additional_claims = {{"jti", "\"" + std::string(jti) + "\""}, {"tid", tid}};
        const std::string token = pair->create_token(request);
        for (const std::int64_t at : {99, 100, 0, 4000}) asked.push_back({token, {kIssued + at, 0}});
      }
    }
  }
  Side with(options, true), without(options, false);
  ASSERT_TRUE(with && without) << with.error() << without.error();
  for (int i = 0; i < 3; ++i) {
    for (const Asked& one : asked) expect_equal_verdicts(with, without, {one});
    expect_equal_verdicts(with, without, asked);
  }
  // A list that is read again counts for remembered tokens, too.
  const Asked& free = asked[asked.size() - 8];
  folder.write("revoked.csv", "jti\nr2\n");
  ASSERT_TRUE(with.engine().reload() && without.engine().reload());
  expect_equal_verdicts(with, without, asked, "after the reload");
  const std::string revoked = std::to_string(ReasonSet(Reason::token_revoked).bits()) + " ";
  EXPECT_TRUE(with.judge({free}).front().starts_with(revoked)) << with.judge({free}).front();
  // A broken list leaves the old one.
  folder.write("revoked.csv", "{");
  EXPECT_FALSE(with.engine().reload());
  EXPECT_TRUE(with.judge({free}).front().starts_with(revoked));
  EXPECT_GT(with.engine().memo_statistics().hits, 0u);
}

// Each alone, again and again, and then all of one configuration together, again and again.
TEST_P(EngineMemo, ChangesNoVerdictOnTheAttackVectors) {
  std::map<std::string, std::vector<Asked>> asked;  // by configuration and keys
  std::map<std::string, std::optional<JwtVerifierOptions>> options;
  for (const std::string& line : test::read_lines(test::data_path("vectors/attacks.ndjson"))) {
    base::Arena arena;
    const codec::JsonNode* test = codec::parse_json(line, codec::JsonDialect::rfc8259, arena);
    ASSERT_NE(test, nullptr);
    std::string identity;
    for (const char* field : {"config", "keys", "public_key", "public_key_der", "secret"}) {
      if (const codec::JsonNode* node = test->find(field)) identity.append(field).append(node->raw);
    }
    std::int64_t at = 0;
    const std::string_view digits = test->find("at")->text;
    std::from_chars(digits.data(), digits.data() + digits.size(), at);
    asked[identity].push_back({std::string(test->find("token")->text), {at, 0}});
    options.try_emplace(identity, test::attack_options(*test, GetParam()));
  }
  std::uint64_t hits = 0;
  std::size_t tokens = 0;
  for (const auto& [identity, with_options] : options) {
    if (!with_options) continue;
    Side with(*with_options, true), without(*with_options, false);
    if (!with || !without) continue;
    for (const Asked& one : asked[identity]) {
      for (int i = 0; i < 3; ++i) expect_equal_verdicts(with, without, {one});
    }
    for (int i = 0; i < 2; ++i) expect_equal_verdicts(with, without, asked[identity]);
    tokens += asked[identity].size();
    hits += with.engine().memo_statistics().hits;
    EXPECT_EQ(without.engine().memo_statistics().lookups, 0u);
  }
  EXPECT_GE(tokens, 800u);  // of the configurations that the profile takes
  EXPECT_GE(hits, tokens / 4);
}

// What a run may show: tokens that repeat, times that go to and fro around every edge, and keys that come and go.
class Mixed {
 public:
  explicit Mixed(Profile profile, test::StructuredRandom& random) : random_(random), profile_(profile) {
    Result<KeyPair> key = KeyPair::generate(Algorithm::ES256);
    Result<KeyPair> other = KeyPair::generate(Algorithm::ES256);
    key_.emplace(std::move(*key));
    other_.emplace(std::move(*other));
    write_keys(key_->jwks("k1"));
    add_tokens(*key_);
    add_tokens(*other_);
  }

  JwtVerifierOptions options(std::int64_t leeway) const {
    JwtVerifierOptions made;
    made.keys.push_back({KeySource::Kind::jwks_file, dir_.path("keys.json"), ""});
    made.keys.push_back(
        {KeySource::Kind::static_tokens_text,
         R"({"dev":{"client_id":"developer"},")" + listed_ + R"(":{"client_id":"listed","scopes":["a"]}})", "static"});
    made.policy.profile = profile_;
    made.policy.algorithms = {Algorithm::ES256};
    made.policy.audiences = {{"api"}};
    made.policy.leeway_seconds = leeway;
    made.backend = "openssl";
    return made;
  }
  // Nothing; another key of the same kid; both; the key alone: each in its turn, so that no run is of one alone.
  void change_keys() {
    const std::string empty = R"({"keys":[]})";
    const std::string old = key_->jwks("k1"), fresh = other_->jwks("k1");
    const std::string both = old.substr(0, old.size() - 2) + "," + fresh.substr(fresh.find('[') + 1);
    const std::string* sets[] = {&empty, &fresh, &both, &old};
    write_keys(*sets[changes_++ % 4]);
  }
  std::vector<Asked> batch() {
    std::vector<Asked> asked;
    for (std::uint64_t i = random_.below(64); i > 0; --i) {
      const auto& [token, edges] = tokens_[random_.below(tokens_.size())];
      Instant at = edges[random_.below(edges.size())];
      const std::uint64_t step = random_.below(5);
      if (step == 0) at.seconds -= static_cast<std::int64_t>(random_.below(10));
      if (step == 1) at.seconds += static_cast<std::int64_t>(random_.below(10));
      if (step == 2)
        at = at.nanoseconds > 0 ? Instant{at.seconds, at.nanoseconds - 1} : Instant{at.seconds - 1, 999'999'999};
      if (step == 3) at.nanoseconds += at.nanoseconds < 999'999'999 ? 1 : 0;
      asked.push_back({random_.one_in(20) ? random_.corrupted(token) : token, at});
    }
    return asked;
  }

 private:
  void write_keys(const std::string& jwks) { dir_.write("keys.json", jwks); }

  void add(const KeyPair& key, const std::string& claims, std::vector<Instant> edges) {
    for (const std::int64_t leeway : {0, 7}) {
      for (std::size_t i = edges.size(); leeway != 0 && i > 0; --i) {
        edges.push_back({edges[i - 1].seconds + leeway, edges[i - 1].nanoseconds});
        edges.push_back({edges[i - 1].seconds - leeway, edges[i - 1].nanoseconds});
      }
    }
    tokens_.emplace_back(key.sign(R"({"alg":"ES256","kid":"k1"})", claims), edges);
  }
  void add_tokens(const KeyPair& key) {
    constexpr Instant kExp{kIssued + 100, 0}, kNbf{kIssued - 50, 0};
    add(key, R"({"sub":"a","aud":"api","exp":1790000100})", {kExp});
    add(key, R"({"sub":"b","aud":["x","api"],"exp":1790000100,"nbf":1789999950,"scope":"read  write"})", {kExp, kNbf});
    add(key, R"({"azp":"b\u00e9","aud":"api","exp":1790000100.5,"nbf":1789999950.0000000005,"scp":["a","b c"]})",
        {{kIssued + 100, 500'000'000}, kNbf, {kIssued + 100, 0}});
    add(key, R"({"aud":"api","exp":1.7900001e9,"iss":"https://i","client_id":"c"})", {kExp});
    add(key, R"({"aud":"api","exp":1790000099.9999999999})", {{kIssued + 99, 999'999'999}, kExp});
    add(key, R"({"aud":"api","exp":null})", {kExp});
    add(key, R"({"aud":"api"})", {kExp});
    add(key, R"({"aud":"api","exp":true})", {{0, 0}, {1, 0}, {2, 0}});
    add(key, R"({"aud":"api","exp":1e30,"nbf":-1e30})", {kExp});
    add(key, R"({"aud":"api","exp":9007199254740993})", {{9007199254740992, 0}, {9007199254740993, 0}});
    add(key, R"({"aud":"other","exp":1790000100})", {kExp});
    add(key, R"({"aud":"api","exp":"1790000100"})", {kExp});
    add(key, R"({"aud":"api","sub":"a","sub":"b"})", {kExp});
    add(key, R"(no JSON)", {kExp});
    add(key, "{\"aud\":\"api\",\n\"exp\":1790000100,\"x\":\"\x7f\"}", {kExp});
    listed_ = tokens_.front().first;
    tokens_.emplace_back("dev", std::vector{kExp});
  }

  test::StructuredRandom& random_;
  const Profile profile_;
  std::optional<KeyPair> key_, other_;
  const test::TempDir dir_;
  std::size_t changes_ = 0;
  std::string listed_;
  std::vector<std::pair<std::string, std::vector<Instant>>> tokens_;
};

TEST_P(EngineMemo, ChangesNoVerdictWhileTimesGoToAndFroAndKeysComeAndGo) {
  auto random = test::StructuredRandom::announced("EngineMemo.ChangesNoVerdict");
  for (const std::int64_t leeway : {0, 7}) {
    Mixed mixed(GetParam(), random);
    Side with(mixed.options(leeway), true), without(mixed.options(leeway), false);
    ASSERT_TRUE(with) << with.error();
    ASSERT_TRUE(without) << without.error();
    for (int batch = 0; batch < 200; ++batch) {
      if (batch % 16 == 15) {
        mixed.change_keys();
        static_cast<void>(with.engine().reload());
        static_cast<void>(without.engine().reload());
      }
      expect_equal_verdicts(with, without, mixed.batch(), "batch " + std::to_string(batch));
      if (HasFailure()) return;
    }
    const memo::MemoStatistics statistics = with.engine().memo_statistics();
    EXPECT_GE(statistics.hits, statistics.lookups / 4);
    EXPECT_GT(statistics.hits, 1000u);
  }
}

TEST_P(EngineMemo, ForgetsAKeyThatAReloadRemoves) {
  const test::TempDir dir;
  const KeyPair key = std::move(*KeyPair::generate(Algorithm::ES256));
  const KeyPair other = std::move(*KeyPair::generate(Algorithm::ES256));
  JwtVerifierOptions options;
  options.keys.push_back({KeySource::Kind::jwks_file, dir.write("keys.json", key.jwks("k1")), ""});
  options.policy.profile = GetParam();
  options.policy.algorithms = {Algorithm::ES256};
  Side side(options, true);
  ASSERT_TRUE(side) << side.error();
  const std::vector<Asked> asked = {{key.sign(R"({"alg":"ES256","kid":"k1"})", R"({"sub":"u"})"), {kIssued, 0}}};
  const std::string accepted = side.judge(asked)[0];
  EXPECT_TRUE(accepted.starts_with("0 valid")) << accepted;
  EXPECT_EQ(side.judge(asked)[0], accepted);
  EXPECT_EQ(side.engine().memo_statistics().hits, 1u);

  dir.write("keys.json", other.jwks("k1"));  // the same kid
  ASSERT_TRUE(side.engine().reload());
  EXPECT_TRUE(
      side.judge(asked)[0].starts_with(std::to_string(ReasonSet(Reason::signature_invalid).bits()) + " invalid"));
  dir.write("keys.json", other.jwks("k2"));
  ASSERT_TRUE(side.engine().reload());
  EXPECT_TRUE(side.judge(asked)[0].starts_with(std::to_string(ReasonSet(Reason::key_not_found).bits()) + " unchecked"));
  dir.write("keys.json", key.jwks("k1"));
  ASSERT_TRUE(side.engine().reload());
  EXPECT_EQ(side.judge(asked)[0], accepted);
  EXPECT_EQ(side.engine().memo_statistics().hits, 1u) << "no token may be known from before a reload";
}

// No set has the token's kid, but the public key verifies it.
TEST_P(EngineMemo, RemembersATokenOfAPublicKeyBesideAUrlAndFetchesNothing) {
  const KeyPair listed = std::move(*KeyPair::generate(Algorithm::ES256));
  const KeyPair key = std::move(*KeyPair::generate(Algorithm::ES256));
  HttpServer server([&](HttpServer&, int socket, const std::string&) {
    HttpServer::answer(socket, "200 OK", "", listed.jwks("k1"));
  });
  JwtVerifierOptions options;
  options.keys.push_back({KeySource::Kind::jwks_url, server.url("/keys"), ""});
  options.keys.push_back({KeySource::Kind::public_key_text, key.public_pem(), "key"});
  options.policy.profile = GetParam();
  options.policy.algorithms = {Algorithm::ES256};
  options.fetch.refetch_interval_seconds = 0;
  Side side(options, true);
  ASSERT_TRUE(side) << side.error();
  const std::vector<Asked> asked = {{key.sign(R"({"alg":"ES256","kid":"k9"})", R"({"sub":"u"})"), {kIssued, 0}}};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(side.judge(asked)[0].starts_with("0 valid"));
  EXPECT_EQ(server.requests(), 1);
  EXPECT_EQ(side.engine().memo_statistics().hits, 4u);
}

// Kernels that find every signature valid, once they have passed their self-test.
std::atomic<bool> gone_wrong{false};

void verify_until_wrong(const kernel::CurveJob* jobs, std::size_t count, kernel::Outcome* outcomes, int window,
                        kernel::CurveTable generator, void* scratch) noexcept {
  kernel::best_kernels().p256.verify(jobs, count, outcomes, window, generator, scratch);
  if (gone_wrong) std::fill_n(outcomes, count, kernel::Outcome::valid);
}

// Lanes with these kernels, of whose verdicts OpenSSL checks a share.
std::shared_ptr<const signature::Backend> checked_backend(double share) {
  kernel::Kernels kernels = kernel::best_kernels();
  kernels.p256.verify = verify_until_wrong;
  signature::BackendOptions options;
  options.tables_at_once = true;
  options.window = 4;
  options.cross_check = share;
  return lanes::make_lanes_backend(kernels, options);
}

TEST(EngineMemoFault, RemembersNothingThatAFaultyBackendFoundValid) {
  gone_wrong = false;
  const auto backend = checked_backend(0.01);
  const KeyPair key = std::move(*KeyPair::generate(Algorithm::ES256));
  const KeyPair forger = std::move(*KeyPair::generate(Algorithm::ES256));
  JwtVerifierOptions options;
  options.keys.push_back({KeySource::Kind::jwks_text, key.jwks("k1"), "keys"});
  Side side(options, true, backend);
  ASSERT_TRUE(side) << side.error();
  std::vector<Asked> forged;
  for (int i = 0; i < 40; ++i) {
    const std::string claims = R"({"sub":")" + std::to_string(i) + "\"}";
    forged.push_back({forger.sign(R"({"alg":"ES256","kid":"k1"})", claims), {kIssued, 0}});
  }
  const auto accepted = [&] {
    const std::vector<std::string> verdicts = side.judge(forged);
    return std::count_if(verdicts.begin(), verdicts.end(),
                         [](const std::string& verdict) { return verdict.starts_with("0 valid"); });
  };
  EXPECT_EQ(accepted(), 0);
  gone_wrong = true;
  EXPECT_GT(accepted(), 30);
  // More of them, until one is checked.
  for (int i = 0; i < 20 && backend->fault().empty(); ++i) {
    for (Asked& one : forged)
      one.token = forger.sign(R"({"alg":"ES256","kid":"k1"})", R"({"sub":")" + one.token.substr(60, 9) + "\"}");
    static_cast<void>(accepted());
  }
  ASSERT_NE(backend->fault(), "");
  EXPECT_EQ(accepted(), 0);
  gone_wrong = false;
}

// One token again and again: a share of its verdicts is checked, as if there were no memo.
TEST(EngineMemoFault, LeavesATokenThatComesAgainToTheCrossCheck) {
  gone_wrong = false;
  const auto backend = checked_backend(0.01);
  const KeyPair key = std::move(*KeyPair::generate(Algorithm::ES256));
  const KeyPair forger = std::move(*KeyPair::generate(Algorithm::ES256));
  JwtVerifierOptions options;
  options.keys.push_back({KeySource::Kind::jwks_text, key.jwks("k1"), "keys"});
  Side side(options, true, backend);
  ASSERT_TRUE(side) << side.error();
  const std::vector<Asked> forged = {{forger.sign(R"({"alg":"ES256","kid":"k1"})", R"({"sub":"u"})"), {kIssued, 0}}};
  EXPECT_NE(side.judge(forged)[0].find(" invalid [ES256] [k1] - - - - [] [] ["), std::string::npos);
  gone_wrong = true;
  for (int i = 0; i < 100; ++i) static_cast<void>(side.judge(forged));
  EXPECT_NE(backend->fault(), "");
  EXPECT_EQ(backend->statistics().cross_checked, 1u);
  EXPECT_NE(side.judge(forged)[0].find(" invalid [ES256] [k1] - - - - [] [] ["), std::string::npos);
  gone_wrong = false;
}

// What OpenSSL has found valid, too, needs no further check.
TEST(EngineMemoFault, RemembersWhatTheCrossCheckLookedAt) {
  gone_wrong = false;
  for (const double share : {0.125, 1.0}) {
    const auto backend = checked_backend(share);
    const KeyPair key = std::move(*KeyPair::generate(Algorithm::ES256));
    JwtVerifierOptions options;
    options.keys.push_back({KeySource::Kind::jwks_text, key.jwks("k1"), "keys"});
    Side side(options, true, backend);
    ASSERT_TRUE(side) << side.error();
    const std::vector<Asked> asked = {{key.sign(R"({"alg":"ES256","kid":"k1"})", R"({"sub":"u"})"), {kIssued, 0}}};
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(side.judge(asked)[0].starts_with("0 valid"));
    EXPECT_EQ(backend->statistics().cross_checked, 1u);
    EXPECT_EQ(backend->statistics().by_lanes, share == 1 ? 1u : 4u);
  }
}

// Many threads, one engine: sessions of their own, keys that are read again meanwhile.
TEST(EngineMemoThreads, ChangeNoVerdict) {
  const KeyPair key = std::move(*KeyPair::generate(Algorithm::HS256));
  JwtVerifierOptions options;
  options.keys.push_back({KeySource::Kind::jwks_text, key.jwks("k1"), "keys"});
  options.memo_memory = std::size_t{1} << 20;
  Side reference(options, false);
  ASSERT_TRUE(reference);
  std::vector<Asked> asked;
  for (int i = 0; i < 600; ++i) {
    std::string token = key.sign(R"({"alg":"HS256","kid":"k1"})", R"({"sub":"user )" + std::to_string(i) + "\"}");
    if (i % 9 == 0) token[token.size() - 5] ^= 1;
    asked.push_back({token, {kIssued, 0}});
  }
  const std::vector<std::string> expected = reference.judge(asked);
  Result<std::unique_ptr<Engine>> engine = Engine::create(options);
  ASSERT_TRUE(engine);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      test::StructuredRandom random(t);
      for (int round = 0; round < 60; ++round) {
        std::unique_ptr<Session> session = (*engine)->acquire();
        std::vector<jose::TokenInput> inputs;
        std::vector<std::size_t> which;
        for (int i = 0; i < 100; ++i) which.push_back(random.one_in(2) ? random.below(20) : random.below(asked.size()));
        for (const std::size_t i : which) inputs.push_back({asked[i].token, asked[i].at});
        std::vector<jose::TokenVerdict> verdicts(inputs.size());
        wrong += (*engine)->verify(inputs, verdicts, *session) ? 0 : 1;
        for (std::size_t i = 0; i < which.size(); ++i) wrong += shown(verdicts[i]) != expected[which[i]] ? 1 : 0;
        (*engine)->release(std::move(session));
        if (t == 0 && round % 20 == 10) static_cast<void>((*engine)->reload());
        wrong += (*engine)->memo_statistics().bytes > options.memo_memory ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT((*engine)->memo_statistics().hits, 1000u);
}

}  // namespace
}  // namespace assay::verify
