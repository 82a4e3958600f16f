#include "jose/compact.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "codec/base64url.h"
#include "support/random.h"

namespace assay::jose {
namespace {

Shape shape(std::string_view token) {
  base::Arena arena;
  return take_apart(token, arena).shape;
}

TEST(Compact, SplitsAtTheFirstTwoDotsAndDecodes) {
  base::Arena arena;
  const Compact c = take_apart("aaaa.YmJi.Y2NjYw", arena);
  EXPECT_EQ(c.header, "aaaa");
  EXPECT_EQ(c.payload, "YmJi");
  EXPECT_EQ(c.signature, "Y2NjYw");
  EXPECT_EQ(c.payload_bytes, "bbb");
  EXPECT_EQ(c.signature_bytes, "cccc");
  EXPECT_EQ(c.signing_input(), "aaaa.YmJi");
}

TEST(Compact, TellsShapesApart) {
  EXPECT_EQ(shape("aa.bb.MEUCIQDk"), Shape::signed_token);
  EXPECT_EQ(shape("!.b.MEUCIQD"), Shape::signed_token);
  EXPECT_EQ(shape("aa.bb"), Shape::two_segments);
  EXPECT_EQ(shape("aa."), Shape::two_segments);
  EXPECT_EQ(shape("aa.bb."), Shape::empty_signature);
  EXPECT_EQ(shape(".."), Shape::empty_signature);
  EXPECT_EQ(shape("aa.bb.cc.dd.ee"), Shape::five_segments);
  EXPECT_EQ(shape("aa..iv.cc.tt"), Shape::five_segments);
  EXPECT_EQ(shape(""), Shape::malformed);
  EXPECT_EQ(shape("aa"), Shape::malformed);
  EXPECT_EQ(shape("aa.bb.cc."), Shape::malformed);
  EXPECT_EQ(shape("aa.bb.cc.dd"), Shape::malformed);
  EXPECT_EQ(shape("a.b.c.d.e.f"), Shape::malformed);
}

TEST(Compact, GivesNoBytesOfASegmentThatIsNotStrictBase64url) {
  for (const char* bad : {"A", "AB", "AAAAA", "YmJi=", "Ym Ji", "Ym+i", "!YmJi", "YmJi!"}) {
    base::Arena arena;
    const std::string payload = std::string("aaaa.") + bad + ".Y2NjYw";
    EXPECT_EQ(take_apart(payload, arena).payload, bad);
    EXPECT_EQ(take_apart(payload, arena).payload_bytes.data(), nullptr) << bad;
    EXPECT_EQ(take_apart(payload, arena).signature_bytes, "cccc") << bad;
    const std::string signature = std::string("aaaa.YmJi.") + bad;
    EXPECT_EQ(take_apart(signature, arena).payload_bytes, "bbb") << bad;
    EXPECT_EQ(take_apart(signature, arena).signature, bad);
    EXPECT_EQ(take_apart(signature, arena).signature_bytes.data(), nullptr) << bad;
  }
}

TEST(Compact, CopiesAPayloadThatIsNotEncoded) {
  base::Arena arena;
  const Compact c = take_apart("aaaa.{\"a\": 1}.Y2NjYw", 4, false, arena);
  EXPECT_EQ(c.payload_bytes, "{\"a\": 1}");
  EXPECT_EQ(c.signing_input(), "aaaa.{\"a\": 1}");
  EXPECT_EQ(c.shape, Shape::signed_token);
}

TEST(Compact, FindsMasksThatHoldDotsThemselves) {
  EXPECT_EQ(shape("aa.bb..."), Shape::masked);
  EXPECT_EQ(shape("aa.bb.abc..."), Shape::masked);
  EXPECT_EQ(shape("aa.bb.[...]"), Shape::masked);
  EXPECT_EQ(shape("aa.bb.."), Shape::malformed);
}

// The same, step by step: segments between dots first, each decoded by itself.
Compact take_apart_slowly(std::string_view token, bool payload_is_encoded) {
  static std::string payload, signature;
  Compact to;
  const std::size_t first = token.find('.');
  to.header = token.substr(0, first);
  if (first == token.npos) return to;
  const std::size_t second = token.find('.', first + 1);
  to.payload = token.substr(first + 1, second == token.npos ? second : second - first - 1);
  const auto decode = [](std::string_view text, std::string& bytes) {
    auto decoded = codec::base64url_decode(text);
    if (!decoded) return std::string_view();
    bytes = std::move(*decoded);
    return std::string_view(bytes.data(), bytes.size());
  };
  payload = std::string(to.payload);
  to.payload_bytes = payload_is_encoded ? decode(to.payload, payload) : std::string_view(payload);
  if (second == token.npos) {
    to.shape = Shape::two_segments;
    return to;
  }
  to.signature = token.substr(second + 1);
  to.signature_bytes = decode(to.signature, signature);
  const auto dots = std::count(token.begin(), token.end(), '.');
  to.shape = to.signature.empty() ? Shape::empty_signature
             : dots == 2          ? Shape::signed_token
             : dots == 4          ? Shape::five_segments
                                  : Shape::malformed;
  return to;
}

TEST(Compact, AgreesWithSlowSplittingOnCorruptedTokens) {
  auto random = test::StructuredRandom::announced("Compact.AgreesWithSlowSplittingOnCorruptedTokens");
  constexpr std::string_view kCharacters = "ABCDwxyz0189-_....=!*";
  std::size_t shapes[6] = {};
  for (int i = 0; i < 20000; ++i) {
    std::string token = codec::base64url_encode(random.bytes(random.size(100))) + '.' +
                        codec::base64url_encode(random.bytes(random.size(400))) + '.' +
                        codec::base64url_encode(random.bytes(random.size(64)));
    for (std::uint64_t faults = random.below(4); faults > 0; --faults) {
      if (random.one_in(2)) {
        token = random.corrupted(token);
      } else {
        token.insert(random.below(token.size() + 1), 1, kCharacters[random.below(kCharacters.size())]);
      }
    }
    if (random.one_in(8)) token.resize(random.below(token.size() + 1));
    const bool encoded = !random.one_in(4);
    base::Arena arena;
    const Compact fast = take_apart(token, first_segment(token).size(), encoded, arena);
    const Compact slow = take_apart_slowly(token, encoded);
    ++shapes[static_cast<std::size_t>(fast.shape)];
    if (fast.shape != Shape::masked) {
      EXPECT_EQ(fast.shape, slow.shape) << token;
    }
    EXPECT_EQ(fast.header, slow.header) << token;
    EXPECT_EQ(fast.payload, slow.payload) << token;
    EXPECT_EQ(fast.signature, slow.signature) << token;
    EXPECT_EQ(fast.payload_bytes.data() == nullptr, slow.payload_bytes.data() == nullptr) << token;
    EXPECT_EQ(fast.payload_bytes, slow.payload_bytes) << token;
    if (fast.shape == Shape::signed_token) {
      EXPECT_EQ(fast.signature_bytes.data() == nullptr, slow.signature_bytes.data() == nullptr) << token;
      EXPECT_EQ(fast.signature_bytes, slow.signature_bytes) << token;
      EXPECT_EQ(fast.signing_input(), token.substr(0, token.size() - fast.signature.size() - 1)) << token;
    }
  }
  for (const std::size_t count : shapes) EXPECT_GT(count, 50u);
}

TEST(Compact, DecodesPaddingOfTheRightLength) {
  const auto padded = [](std::string_view token) {
    static base::Arena arena;
    Compact compact = take_apart(token, arena);
    decode_padded(compact, arena);
    return compact;
  };
  const Compact compact = padded("aaaa.YmI=.Y2NjYw==");
  EXPECT_EQ(compact.payload_bytes, "bb");
  EXPECT_EQ(compact.signature_bytes, "cccc");
  EXPECT_EQ(compact.signing_input(), "aaaa.YmI=");
  EXPECT_EQ(padded("aaaa.YmI.Y2Nj").payload_bytes, "bb");
  for (const char* bad : {"YmI==", "YmJi=", "YmJi====", "YmI==", "Yg=", "YmL=", "=", "==", "====", "Y===", "Ym=I"}) {
    EXPECT_EQ(padded(std::string("aaaa.") + bad + ".Y2Nj").payload_bytes.data(), nullptr) << bad;
    EXPECT_EQ(padded(std::string("aaaa.YmJi.") + bad).signature_bytes.data(), nullptr) << bad;
  }
}

TEST(Scheme, IsTakenOffOnceInAnyCase) {
  for (const char* text : {"bEaReR tok", "DPoP tok", "dpop tok", "JWT tok", "tok"}) {
    EXPECT_EQ(strip_scheme(text), "tok") << text;
  }
  EXPECT_EQ(strip_scheme("Bearer  tok"), " tok");
  EXPECT_EQ(strip_scheme("Bearer "), "");
  for (const char* text : {"Bearertok", "Bear", "Bearer", "Token tok", "Bearer\ttok", "Bearer: tok"}) {
    EXPECT_EQ(strip_scheme(text), text);
  }
}

TEST(Scheme, IsLeftWhereTwoFollowOneAnother) {
  for (const char* text : {"Bearer Bearer tok", "Bearer JWT tok", "jwt dpop tok"}) EXPECT_EQ(strip_scheme(text), text);
}

}  // namespace
}  // namespace assay::jose
