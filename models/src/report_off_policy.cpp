#include "report_off_policy.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, kEarnings> kKeys{"accepted", "bought", "margin"};

Json as_json(Interval const& interval) {
  return {{"mean", interval.mean}, {"low", interval.low}, {"high", interval.high}};
}

Json as_json(Earned const& earned) {
  return {{"log", as_json(earned.log)},
          {"ips", as_json(earned.ips)},
          {"self_normalised", as_json(earned.self_normalised)},
          {"doubly_robust", as_json(earned.doubly_robust)},
          {"lead", as_json(earned.lead)}};
}

std::string_view word(LogAnswer answer) {
  switch (answer) {
    case LogAnswer::yes:
      return "yes";
    case LogAnswer::nothing_drawn:
      return "nothing_drawn";
    case LogAnswer::little_common:
      return "little_common";
    case LogAnswer::few:
      return "few";
  }
  return "";
}

double per(std::size_t part, std::size_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

}  // namespace

std::vector<EarnedLine> earned_lines(OffPolicy const& result) {
  auto const money = std::pow(10, result.currency_digits - 2);
  std::vector<EarnedLine> out{{"accepted, of 100 offers", 100, {}},
                              {"bought, of 100 offers", 100, {}},
                              {"margin of 100 offers, " + result.currency, 1 / money, {}}};
  for (std::size_t n = 0; n < out.size(); ++n) out[n].earned = result.earned[n];
  return out;
}

std::string EarnedLine::mean(Interval const& interval) const { return decimals(interval.mean * scale, 2); }

std::string EarnedLine::range(Interval const& interval) const {
  return mean(interval) + " (" + decimals(interval.low * scale, 2) + " to " + decimals(interval.high * scale, 2) + ")";
}

std::string EarnedLine::lead() const {
  return signed_decimals(earned.lead.mean * scale, 2) + " (" + signed_decimals(earned.lead.low * scale, 2) + " to " +
         signed_decimals(earned.lead.high * scale, 2) + ")";
}

std::string_view EarnedLine::verdict() const {
  return earned.lead.low > 0 ? "more" : earned.lead.high < 0 ? "less" : "no difference to be told";
}

std::string off_policy_left_out(OffPolicy const& result) {
  std::pair<std::size_t, char const*> const reasons[] = {
      {result.silent, "silent"},
      {result.held_out, "held out"},
      {result.other_kinds, "coupons and notices"},
      {result.unanswered, "without an answer yet"},
      {result.without_record, "without a replay record"},
      {result.of_other_bundles, "decided by other bundles (give those with --decided-by)"},
      {result.bad, "bad"}};
  if (result.rows + result.bad == 0) return "the file has no rows";
  std::string out;
  for (auto const& [rows, why] : reasons) {
    if (rows > 0) out += (out.empty() ? "" : ", ") + grouped(rows) + ' ' + why;
  }
  return out;
}

std::string off_policy_basis(OffPolicy const& result) {
  auto out = "the log can speak for " + grouped(result.possible) + " of " +
             counted(result.situations, "offer situation") + " (" + percent(per(result.possible, result.situations)) +
             ") of " + counted(result.sales, "sale") + "; the candidate is silent in " + grouped(result.silences) +
             "; the log made its offer in " + grouped(result.same) + ", worth " +
             grouped(static_cast<std::uint64_t>(result.effective)) + " effective offers; largest weight " +
             decimals(result.largest_weight, 1);
  if (result.clipped > 0) out += ", " + grouped(result.clipped) + " cut to " + decimals(result.clip, 0);
  return out;
}

std::string off_policy_verdict(OffPolicy const& result) {
  switch (result.answer) {
    case LogAnswer::nothing_drawn:
      return "the log cannot answer: nothing in it was drawn by chance, and the candidate would say something else "
             "in " +
             percent(1 - per(result.possible, result.situations)) +
             " of the situations; set exploration_percent in the campaigns file and wait for a log of that";
    case LogAnswer::little_common:
      return "the log cannot answer: in " + percent(1 - per(result.possible, result.situations)) +
             " of the situations the candidate says what the log could not have said; try it in some shops";
    case LogAnswer::few:
      return "the log cannot answer: it rests on " + grouped(static_cast<std::uint64_t>(result.effective)) +
             " effective offers, " + decimals(kLeastEffective, 0) + " are needed; give a longer log";
    case LogAnswer::yes:
      break;
  }
  std::string out = "where the log made an offer, the candidate would have had";
  auto const lines = earned_lines(result);
  for (std::size_t n = 0; n < lines.size(); ++n) {
    auto const verdict = lines[n].verdict();
    out += n == 0 ? " " : ", ";
    if (verdict == "more" || verdict == "less") {
      out += std::string(verdict) + ' ' + std::string(kKeys[n]);
    } else {
      out += "as much " + std::string(kKeys[n]) + " as far as the log can tell";
    }
  }
  return out;
}

std::string off_policy_text(OffPolicy const& result) {
  std::string out = "on the log: " + off_policy_basis(result) + '\n';
  if (auto const left = off_policy_left_out(result); !left.empty()) {
    out += "of " + counted(result.rows, "row") + " passed over: " + left + '\n';
  }
  constexpr std::size_t kName = 30, kFigure = 26;
  out += '\n' + padded("", kName) + padded("the log", kFigure) + padded("candidate (doubly robust)", kFigure + 2) +
         padded("lead (95 %)", kFigure + 2) + padded("self-normalised", kFigure) + "IPS\n";
  for (auto const& line : earned_lines(result)) {
    out += padded(line.name, kName) + padded(line.range(line.earned.log), kFigure) +
           padded(line.range(line.earned.doubly_robust), kFigure + 2) + padded(line.lead(), kFigure + 2) +
           padded(line.range(line.earned.self_normalised), kFigure) + line.range(line.earned.ips) + '\n';
  }
  return out + '\n' + off_policy_verdict(result) + '\n';
}

std::string off_policy_json(OffPolicy const& result) {
  Json earned;
  for (std::size_t n = 0; n < kEarnings; ++n) earned[std::string(kKeys[n])] = as_json(result.earned[n]);
  Json const out = {{"answer", word(result.answer)},
                    {"verdict", off_policy_verdict(result)},
                    {"situations", result.situations},
                    {"sales", result.sales},
                    {"candidate_silent", result.silences},
                    {"possible", result.possible},
                    {"same", result.same},
                    {"effective", result.effective},
                    {"largest_weight", result.largest_weight},
                    {"clip", result.clip},
                    {"clipped", result.clipped},
                    {"currency", result.currency},
                    {"rows",
                     {{"all", result.rows},
                      {"silent", result.silent},
                      {"held_out", result.held_out},
                      {"coupons_and_notices", result.other_kinds},
                      {"unanswered", result.unanswered},
                      {"without_record", result.without_record},
                      {"of_other_bundles", result.of_other_bundles},
                      {"bad", result.bad}}},
                    {"earned", earned}};
  return out.dump() + '\n';
}

}  // namespace tillcue::models
