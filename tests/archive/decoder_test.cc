// What holds for every compression.
#include "archive/decoder.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "archive/decoding.h"

namespace assay::archive {
namespace {

using State = Decoder::State;

class EachCompression : public testing::TestWithParam<const Compression*> {
 protected:
  const Compression& row() const { return *GetParam(); }
};

TEST_P(EachCompression, GivesBackWhatWasEncodedHoweverItIsDealtOut) {
  for (const std::size_t lines : {0, 1, 10, 3000}) {
    const std::string text = log_text(lines);
    for (const std::size_t encoded : {1, 100, 100000}) {
      const std::string archive = encode(row(), text, encoded);
      for (const auto& [piece, room] : {std::pair{1, 1}, {1, 4096}, {4096, 1}, {7, 100}, {100000000, 100000000}}) {
        if (lines == 3000 && piece == 1 && room == 1 && encoded != 1) continue;
        const Decoded all = decode(row(), archive, static_cast<std::size_t>(piece), static_cast<std::size_t>(room));
        EXPECT_EQ(all.text, text) << lines << " " << piece << " " << room;
        EXPECT_EQ(all.state, State::between);
        EXPECT_EQ(all.offset, archive.size());
      }
    }
  }
}

TEST_P(EachCompression, GivesBackWhatDoesNotCompress) {
  std::mt19937_64 random(1);
  std::string noise(300000, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  EXPECT_EQ(decode(row(), encode(row(), noise), 1000, 777).text, noise);
}

TEST_P(EachCompression, ReadsAllMembers) {
  std::string archive, text;
  for (const std::size_t lines : {0, 1, 50, 0, 2000}) {
    archive += encode(row(), log_text(lines));
    text += log_text(lines);
  }
  for (const std::size_t piece : {1, 2, 3, 5, 8, 1000, 1000000}) {
    const Decoded all = decode(row(), archive, piece);
    EXPECT_EQ(all.text, text) << piece;
    EXPECT_EQ(all.state, State::between) << piece;
  }
}

TEST_P(EachCompression, KnowsAnArchiveThatIsCutOffAtAnyByte) {
  const std::string text = log_text(30), archive = encode(row(), text);
  for (std::size_t size = 0; size < archive.size(); ++size) {
    for (const std::size_t piece : {1u, 1000000u}) {
      const Decoded all = decode(row(), archive.substr(0, size), piece);
      EXPECT_EQ(all.state, State::inside) << size;
      EXPECT_EQ(all.text, text.substr(0, all.text.size())) << size;
      EXPECT_EQ(all.offset, size);
    }
    // Behind a whole member, too.
    const Decoded second = decode(row(), archive + archive.substr(0, size));
    EXPECT_EQ(second.state, size == 0 ? State::between : State::inside) << size;
  }
}

TEST_P(EachCompression, GivesNoOtherTextForAWholeArchiveWithAChangedByte) {
  const std::string text = log_text(30), archive = encode(row(), text);
  for (std::size_t at = 0; at < archive.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::string changed = archive;
      changed[at] = static_cast<char>(changed[at] ^ change);
      const Decoded all = decode(row(), changed);
      // Some bytes of a header mean nothing for the text.
      if (all.state == State::between) {
        EXPECT_EQ(all.text, text) << at;
      }
      EXPECT_EQ(all.state == State::faulty, !all.fault.empty());
      EXPECT_EQ(decode(row(), changed, 1).state, all.state) << at;
    }
  }
}

TEST_P(EachCompression, StopsBeforeTrailingGarbage) {
  const std::string text = log_text(3), archive = encode(row(), text);
  for (const std::string& garbage : {std::string("x"), std::string("garbage"),
                                     std::string("\x1F"
                                                 "x"),
                                     std::string("\x28\xB5x"), std::string(1000, '\xFF')}) {
    for (const std::size_t piece : {1u, 3u, 1000000u}) {
      const Decoded all = decode(row(), archive + archive + garbage, piece);
      EXPECT_EQ(all.state, State::trailing) << garbage;
      EXPECT_EQ(all.text, text + text);
      EXPECT_EQ(all.offset, 2 * archive.size());
    }
  }
}

TEST_P(EachCompression, RefusesWhatBeginsLikeNoMember) {
  const Decoded all = decode(row(), "plain text");
  EXPECT_EQ(all.state, State::faulty);
  EXPECT_NE(all.fault.find("does not begin like " + std::string(row().name)), std::string::npos);
}

TEST_P(EachCompression, StaysFinal) {
  const std::unique_ptr<Decoder> decoder = row().make_decoder();
  char room[16];
  EXPECT_EQ(decoder->decode("text", room, sizeof room).state, State::faulty);
  const auto step = decoder->decode(encode(row(), "text"), room, sizeof room);
  EXPECT_EQ(step.state, State::faulty);
  EXPECT_EQ(step.taken + step.given, 0u);
}

TEST_P(EachCompression, SurvivesNoiseBehindAHeader) {
  std::mt19937_64 random(2);
  const std::string archive = encode(row(), log_text(20));
  for (int round = 0; round < 3000; ++round) {
    std::string noise = archive.substr(0, random() % archive.size());
    for (std::size_t i = random() % 200; i-- > 0;) noise += static_cast<char>(random());
    const Decoded one = decode(row(), noise), other = decode(row(), noise, 1 + random() % 50);
    EXPECT_EQ(one.state, other.state);
    // How soon a fault is seen depends on the pieces.
    const std::size_t both = std::min(one.text.size(), other.text.size());
    EXPECT_EQ(one.text.substr(0, both), other.text.substr(0, both));
  }
}

INSTANTIATE_TEST_SUITE_P(Decoder, EachCompression, testing::Values(&compressions()[0], &compressions()[1]),
                         [](const auto& tested) { return std::string(tested.param->name); });

TEST(Compressions, AreAllTested) { EXPECT_EQ(compressions().size(), 2u); }

}  // namespace
}  // namespace assay::archive
