#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tillcue/pos/protocol.hpp"

using namespace tillcue::pos;

namespace {

/// The lines of PROTOCOL.md's fenced blocks by the block's language.
std::map<std::string, std::vector<std::string>> document() {
  std::ifstream in(std::string(TILLCUE_SOURCE_DIR) + "/pos-adapter/PROTOCOL.md");
  REQUIRE(in);
  std::map<std::string, std::vector<std::string>> blocks;
  std::string language;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("```", 0) == 0) {
      language = line.substr(3);
    } else if (!language.empty()) {
      blocks[language].push_back(line);
    }
  }
  return blocks;
}

}  // namespace

TEST_CASE("every example of PROTOCOL.md is read by its parser") {
  auto const blocks = document();
  std::size_t from_till = 0;
  std::size_t from_terminal = 0;
  for (auto const& line : blocks.at("jsonl")) {
    INFO(line);
    REQUIRE(line.size() > 2);
    if (line[0] == '>') {
      CHECK(parse_request(line.substr(2)));
      ++from_till;
    } else {
      CHECK(line[0] == '<');
      CHECK(parse_from_terminal(line.substr(2)));
      ++from_terminal;
    }
  }
  CHECK(from_till >= 21);
  CHECK(from_terminal >= 19);
}

TEST_CASE("every line that PROTOCOL.md calls refused is refused") {
  auto const blocks = document();
  CHECK(blocks.at("refused").size() == 11);
  for (auto const& line : blocks.at("refused")) {
    INFO(line);
    CHECK_FALSE(parse_request(line));
  }
}

TEST_CASE("the examples of the terminal's lines are what it writes") {
  auto const blocks = document();
  for (auto const& line : blocks.at("jsonl")) {
    if (line[0] != '<') continue;
    INFO(line);
    auto const read = parse_from_terminal(line.substr(2));
    REQUIRE(read);
    if (auto const* board = std::get_if<HintBoard>(&*read)) CHECK(encode(*board) == line.substr(2) + "\n");
    if (auto const* coupon = std::get_if<CouponNotice>(&*read)) CHECK(encode(*coupon) == line.substr(2) + "\n");
    if (auto const* notice = std::get_if<Notice>(&*read)) CHECK(encode(*notice) == line.substr(2) + "\n");
    if (auto const* ok = std::get_if<Ok>(&*read)) CHECK(encode_ok(ok->id) == line.substr(2) + "\n");
  }
}
