#include "word_patterns.hpp"

#include <cstdint>

#include "tillcue/core/letters.hpp"

namespace tillcue::models {
namespace {

void put(std::uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | code >> 6U);
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | code >> 12U);
    out += static_cast<char>(0x80U | (code >> 6U & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | code >> 18U);
    out += static_cast<char>(0x80U | (code >> 12U & 0x3FU));
    out += static_cast<char>(0x80U | (code >> 6U & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

/// U+00C0 to U+00FF without their accents; a space where there is no letter.
constexpr std::string_view kLatin = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty";

static_assert(kLatin.size() == 64);

/// In small letters, without accents; 0 for what is no part of a word.
std::uint32_t folded(std::uint32_t code) {
  if ((code >= 'a' && code <= 'z') || (code >= '0' && code <= '9')) return code;
  if (code >= 'A' && code <= 'Z') return code - 'A' + 'a';
  if (code < 0xC0) return code == 0xB5 ? code : 0;
  if (code <= 0xFF) return kLatin[code - 0xC0] == ' ' ? 0 : static_cast<unsigned char>(kLatin[code - 0xC0]);
  if (code >= 0x410 && code <= 0x42F) return code + 0x20;
  if (code == 0x401 || code == 0x451) return 0x435;
  // Dashes, quotation marks and other signs of the general block part words.
  return code >= 0x2000 && code <= 0x2BFF ? 0 : code;
}

bool word_matches(std::string_view pattern, std::string_view word) {
  bool const front = pattern.front() == '*', back = pattern.back() == '*';
  if (front) pattern.remove_prefix(1);
  if (back && !pattern.empty()) pattern.remove_suffix(1);
  if (front && back) return word.find(pattern) != std::string_view::npos;
  if (front) return word.ends_with(pattern);
  if (back) return word.starts_with(pattern);
  auto const star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == word;
  return word.size() + 1 >= pattern.size() && word.starts_with(pattern.substr(0, star)) &&
         word.ends_with(pattern.substr(star + 1));
}

}  // namespace

std::vector<std::string> folded_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  auto const finish = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  while (!text.empty()) {
    std::uint32_t const code = take_character(text);
    if (code == 0xDF) {
      word += "ss";
    } else if (auto const small = folded(code); small != 0) {
      put(small, word);
    } else {
      finish();
    }
  }
  finish();
  return words;
}

void WordPatterns::add(std::string_view text) {
  Pattern pattern{std::string(text), {}};
  while (!text.empty()) {
    auto const end = text.find(' ');
    if (end != 0) pattern.words.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (pattern.words.empty()) return;
  auto const& first = pattern.words.front();
  auto const n = patterns_.size();
  if (first.find('*') == std::string::npos)
    by_first_[first].push_back(n);
  else
    open_.push_back(n);
  patterns_.push_back(std::move(pattern));
}

bool WordPatterns::matches(Pattern const& pattern, std::vector<std::string> const& words, std::size_t at) {
  if (words.size() - at < pattern.words.size()) return false;
  for (std::size_t n = 0; n < pattern.words.size(); ++n) {
    if (!word_matches(pattern.words[n], words[at + n])) return false;
  }
  return true;
}

std::string_view WordPatterns::find(std::vector<std::string> const& words) const {
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (auto const found = by_first_.find(words[at]); found != by_first_.end()) {
      for (auto const n : found->second) {
        if (matches(patterns_[n], words, at)) return patterns_[n].text;
      }
    }
    for (auto const n : open_) {
      if (matches(patterns_[n], words, at)) return patterns_[n].text;
    }
  }
  return {};
}

}  // namespace tillcue::models
