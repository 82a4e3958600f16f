#include "codec/token_marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base64url.h"

namespace assay::codec {
namespace {

std::vector<TokenMarksKernel> kernels() {
  TokenMarksKernel all[2];
  return {all, all + token_marks_kernels(all)};
}

// All marks of a text, through searches that begin at `from`.
std::vector<std::size_t> marks_of(const TokenMarksKernel& kernel, std::string_view text, std::size_t from = 0) {
  std::vector<std::size_t> found;
  for (;;) {
    const TokenMarks marks = kernel.find(text.data(), text.size(), from);
    if (marks.bits == 0) return found;
    EXPECT_GE(marks.begin, from);
    for (std::size_t i = 0; i < 64; ++i) {
      if ((marks.bits >> i & 1) != 0) found.push_back(marks.begin + i);
    }
    from = marks.begin + 64;
  }
}

TEST(TokenMarks, HaveOnlyTheScalarKernelWhereAssayCpuIsPortable) {
  const char* const forced = std::getenv("ASSAY_CPU");
  if (forced == nullptr || std::string_view(forced) != "portable") GTEST_SKIP() << "ASSAY_CPU is not portable";
  EXPECT_EQ(kernels().size(), 1U);
  EXPECT_EQ(token_marks_kernel().name, "scalar");
}

TEST(TokenMarks, FindTheBeginningOfEveryObjectWithAMember) {
  constexpr std::string_view kWhite[] = {"", " ", "\t", "\n", "\r"};
  std::set<std::string> pairs;
  for (const std::string_view before : kWhite) {
    for (const std::string_view second : kWhite) {
      for (const std::string_view inside : kWhite) {
        const std::string object = std::string(before).append(second).append("{").append(inside).append("\"a\":1}");
        const std::string text = "." + base64url_encode(object);
        pairs.insert(text.substr(1, 2));
        EXPECT_EQ(token_mark_at(text, 1), TokenMark::header) << text;
        for (const TokenMarksKernel& kernel : kernels()) {
          EXPECT_THAT(marks_of(kernel, text), testing::Contains(1)) << kernel.name << ' ' << text;
        }
      }
    }
  }
  EXPECT_THAT(pairs,
              testing::ElementsAre("CQ", "CS", "CX", "Cg", "Ci", "Cn", "DQ", "DS", "DX", "IA", "IC", "IH", "ew", "ey"));
}

TEST(TokenMarks, HeadersAreExactlyWhatBeginsAnObject) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int headers = 0;
  for (const char a : alphabet) {
    for (const char b : alphabet) {
      for (const char c : alphabet) {
        const std::string text{a, b, c, 'A'};
        const auto bytes = base64url_decode(text);
        ASSERT_TRUE(bytes.has_value());
        const auto white = [&](int i) {
          return std::string_view(" \t\n\r").find((*bytes)[i]) != std::string_view::npos;
        };
        const int high = static_cast<unsigned char>((*bytes)[2]) >> 6;
        const bool is_member = (*bytes)[0] == '{' && ((*bytes)[1] == '"' || white(1));
        const bool is_white = white(0) && (((*bytes)[1] == '{' && high == 0) || (white(1) && high <= 1));
        EXPECT_EQ(token_mark_at(text, 0) == TokenMark::header, is_member || is_white) << text;
        headers += is_member || is_white;
      }
    }
  }
  EXPECT_EQ(headers, 20 + 4 * 9);
}

TEST(TokenMarks, FindTheWordsBesideCredentialsInAnyCase) {
  for (const std::string_view word : {"token", "TOKEN", "Token", "bearer", "BEARER", "Bearer", "basic", "Basic", "DPoP",
                                      "dpop", "jwt", "JWT", "authorization", "Authorization", "AUTHORIZATION"}) {
    for (const TokenMarksKernel& kernel : kernels()) {
      EXPECT_FALSE(marks_of(kernel, word).empty()) << kernel.name << ' ' << word;
    }
  }
}

TEST(TokenMarks, ALetterThatIsCodedIsFoundAtItsEnd) {
  for (const std::string_view text : {"%65yJ", "\\x65yJ", "\\u0065yJ", "%65wo"}) {
    EXPECT_EQ(token_mark_at(text, text.size() - 3), TokenMark::coded_header);
    for (const TokenMarksKernel& kernel : kernels()) {
      EXPECT_THAT(marks_of(kernel, text), testing::ElementsAre(text.size() - 3)) << kernel.name << ' ' << text;
    }
  }
}

TEST(TokenMarks, AreFoundAtEveryPlaceOfEverySize) {
  for (const TokenMarksKernel& kernel : kernels()) {
    for (std::size_t size = 0; size < 200; ++size) {
      const std::string none(size, 'n');
      EXPECT_TRUE(marks_of(kernel, none).empty());
      for (std::size_t at = 0; at + 3 <= size; ++at) {
        std::string text = none;
        text.replace(at, 3, "eyJ");
        EXPECT_THAT(marks_of(kernel, text), testing::ElementsAre(at)) << kernel.name << ' ' << size;
        // What stands behind the text is no part of it.
        EXPECT_TRUE(marks_of(kernel, std::string_view(text).substr(0, at + 2)).empty());
        EXPECT_TRUE(marks_of(kernel, text, at + 1).empty());
      }
    }
  }
}

// Texts of few letters hold marks and almost-marks; the others, every byte.
std::string random_text(std::mt19937_64& random, std::size_t size) {
  constexpr std::string_view kLetters = "eywIJCDSQAXnHgi0sklrtokpz5EYW\n.";
  const bool few = random() % 2 == 0;
  std::string text(size, '\0');
  for (char& c : text) c = few ? kLetters[random() % kLetters.size()] : static_cast<char>(random());
  return text;
}

TEST(TokenMarks, KernelsAgreeOnRandomText) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::vector<TokenMarksKernel> all = kernels();
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random_text(random, random() % 300);
    const std::size_t from = random() % (text.size() + 1);
    const std::vector<std::size_t> expected = marks_of(all.back(), text, from);
    const std::size_t run = all.back().run(text.data(), text.size());
    for (const TokenMarksKernel& kernel : all) {
      EXPECT_EQ(marks_of(kernel, text, from), expected) << kernel.name;
      EXPECT_EQ(kernel.run(text.data(), text.size()), run) << kernel.name;
    }
    // No kernel passes over what is one.
    for (std::size_t at = from; at < text.size(); ++at) {
      if (token_mark_at(text, at) == TokenMark::none) continue;
      EXPECT_THAT(expected, testing::Contains(at));
    }
  }
}

TEST(TokenMarks, RunsEndAtTheFirstByteOutsideTheAlphabet) {
  for (const TokenMarksKernel& kernel : kernels()) {
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      const bool is_in = is_base64url_alphabet(std::string_view(&c, 1));
      for (const std::size_t at : {0U, 1U, 31U, 32U, 33U, 70U}) {
        std::string text(100, 'a');
        text[at] = c;
        EXPECT_EQ(kernel.run(text.data(), text.size()), is_in ? text.size() : at) << kernel.name << ' ' << byte;
      }
    }
  }
}

TEST(TokenMarks, OrdinaryTextHasFew) {
  const std::string_view line =
      "192.0.2.7 - - [28/Nov/2026:12:00:00 +0000] \"GET /api/v1/search?q=socks&page=2 HTTP/1.1\" 200 12 "
      "\"https://shop.example/app\" \"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\"\n";
  for (const TokenMarksKernel& kernel : kernels()) EXPECT_TRUE(marks_of(kernel, line).empty()) << kernel.name;
}

}  // namespace
}  // namespace assay::codec
