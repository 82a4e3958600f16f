#include "tally/token_uses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "digest/digest.h"
#include "tally/token_uses_code.h"

namespace assay::tally {
namespace {

TokenKey key_of(std::uint64_t token) {
  TokenKey key;
  digest::sha2(Hash::SHA256, std::to_string(token), key.data());
  return key;
}

struct Event {
  std::uint64_t token;
  std::string client;
  Nanoseconds at;
};

void count(TokenUses& uses, const Event& event) {
  const std::string label = "user " + std::to_string(event.token);
  TokenFacts facts{
      .key = key_of(event.token), .member = 0, .kid = "k1", .issuer = "https://idp.example", .label = label};
  uses.count(facts, event.client, {.uses = 1, .rejected = 0, .served = 1, .first = event.at, .last = event.at});
}

std::vector<Event> events(std::uint64_t seed, std::size_t tokens, std::size_t count) {
  std::mt19937_64 random(seed);
  std::vector<Event> list;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t token = random() % tokens;
    // Token 0 comes from many addresses.
    const std::uint64_t client = token == 0 ? random() % 500 : random() % 50 == 0 ? random() % 3 : token % 100;
    list.push_back({token, "192.0.2." + std::to_string(client), static_cast<Nanoseconds>(random() % 1'000'000)});
  }
  return list;
}

TEST(TokenUses, TellsTokensOfSeveralAddresses) {
  TokenUses uses;
  for (const Event& event : {Event{1, "192.0.2.1", 30}, Event{1, "192.0.2.2", 10}, Event{1, "192.0.2.1", 20},
                             Event{2, "192.0.2.1", 5}, Event{2, "192.0.2.1", 6}}) {
    count(uses, event);
  }
  int told = 0;
  uses.each_of_several_clients([&](const TokenUses::Token& token) {
    ++told;
    EXPECT_EQ(token.facts.key, key_of(1));
    EXPECT_EQ(token.facts.label, "user 1");
    EXPECT_EQ(token.all.uses, 3u);
    EXPECT_EQ(token.all.first, 10);
    EXPECT_EQ(token.all.last, 30);
    ASSERT_EQ(token.clients.size(), 2u);
    EXPECT_EQ(token.clients[0].address, "192.0.2.2");
    EXPECT_EQ(token.clients[1].address, "192.0.2.1");
    EXPECT_EQ(token.clients[1].uses.uses, 2u);
    EXPECT_EQ(token.clients[1].uses.first, 20);
  });
  EXPECT_EQ(told, 1);
  EXPECT_EQ(uses.first_seen(key_of(2)), 5);
  EXPECT_EQ(uses.first_seen(key_of(3)), kNever);
}

TEST(TokenUses, PartsAddUpToTheWholeInAnyOrder) {
  // Bounds that are not reached, and that leave a sample.
  for (const std::size_t bound : {std::size_t{100'000}, std::size_t{3000}, std::size_t{7}}) {
    const std::vector<Event> all = events(bound, 10'000, 100'000);
    TokenUses whole(bound);
    for (const Event& event : all) count(whole, event);
    EXPECT_LE(whole.size(), bound);
    std::vector<TokenUses> parts(16, TokenUses(bound));
    for (std::size_t i = 0; i < all.size(); ++i) count(parts[i * 16 / all.size()], all[i]);
    const std::string expected = encode(whole);
    for (const std::uint64_t seed : {1, 2, 3}) {
      std::shuffle(parts.begin(), parts.end(), std::mt19937_64(seed));
      TokenUses sum(bound);
      for (const TokenUses& part : parts) sum.add(part);
      EXPECT_EQ(sum.level(), whole.level());
      EXPECT_EQ(encode(sum), expected) << "bound " << bound << ", seed " << seed;
    }
  }
}

TEST(TokenUses, KeepsASampleBeyondTheBound) {
  TokenUses uses(1000);
  for (const Event& event : events(5, 10'000, 50'000)) count(uses, event);
  EXPECT_LE(uses.size(), 1000u);
  EXPECT_GE(uses.size(), 400u);
  EXPECT_EQ(uses.level(), 4);
}

TEST(TokenUses, ComesBackFromItsText) {
  TokenUses uses(3000);
  for (const Event& event : events(6, 10'000, 50'000)) count(uses, event);
  TokenUses back(3000);
  ASSERT_TRUE(decode(encode(uses), back));
  EXPECT_EQ(encode(back), encode(uses));
  TokenUses empty;
  ASSERT_TRUE(decode(encode(TokenUses()), empty));
  EXPECT_EQ(empty.size(), 0u);
}

TEST(TokenUses, RefusesATextThatIsCut) {
  TokenUses uses;
  for (const Event& event : events(7, 20, 100)) count(uses, event);
  const std::string text = encode(uses);
  for (std::size_t size = 0; size < text.size(); size += 1 + size / 10) {
    TokenUses back;
    EXPECT_FALSE(decode(text.substr(0, size), back)) << size;
  }
}

TEST(TokenUses, TimesBefore1970AreExact) {
  for (const Instant at : {Instant{-1, 999'999'999}, Instant{-1, 0}, Instant{0, 0}, Instant{1796040000, 123456789}}) {
    EXPECT_EQ(instant_of(nanoseconds_of(at)), at);
  }
}

}  // namespace
}  // namespace assay::tally
