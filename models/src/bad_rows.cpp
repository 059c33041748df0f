#include "tillcue/models/bad_rows.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// A few bad rows are no more than this share.
constexpr double kFewShare = 0.05;

}  // namespace

bool BadRowLimit::allows(std::uint64_t bad, std::uint64_t rows) const noexcept {
  auto const all = static_cast<double>(rows);
  return static_cast<double>(bad) <= std::max(share_ * all, std::min(static_cast<double>(few_), kFewShare * all));
}

std::string BadRowLimit::words() const {
  char text[96];
  auto const size = static_cast<std::size_t>(std::snprintf(text, sizeof text, "%g %%", share_ * 100));
  if (few_ > 0) {
    std::snprintf(text + size, sizeof text - size, ", or %s where these are no more than %g %%",
                  counted(few_, "row").c_str(), kFewShare * 100);
  }
  return text;
}

void BadRows::add(std::string_view file, std::uint64_t line, std::string_view complaint) {
  ++bad_;
  if (shown_.size() >= kShown) return;
  shown_.push_back({std::string(file), line, std::string(complaint)});
}

void BadRows::append(BadRows const& part, std::uint64_t lines_before) {
  rows_ += part.rows_;
  bad_ += part.bad_;
  for (auto const& row : part.shown_) {
    if (shown_.size() < kShown) shown_.push_back({row.file, row.line + lines_before, row.complaint});
  }
  for (auto const& text : part.notes_) note(text);
  totals_.insert(totals_.end(), part.totals_.begin(), part.totals_.end());
}

std::vector<std::string> BadRows::shown() const {
  std::vector<std::string> lines;
  for (auto const& row : shown_) lines.push_back(row.file + ':' + std::to_string(row.line) + ": " + row.complaint);
  return lines;
}

void BadRows::note(std::string text) {
  if (notes_.size() < kShown) notes_.push_back(std::move(text));
}

std::vector<std::string> BadRows::notes() const {
  auto all = notes_;
  all.insert(all.end(), totals_.begin(), totals_.end());
  return all;
}

Result<void> BadRows::judge(BadRowLimit const& limit, std::string_view what) const {
  if (limit.allows(bad_, rows_)) return {};
  auto text = std::string(what) + ": " + grouped(bad_) + " of " + counted(rows_, "row") +
              (bad_ == 1 ? " is bad" : " are bad") + ", more than allowed (" + limit.words() +
              "); mend them or raise --max-bad-rows, in percent";
  for (auto const& line : shown()) text += "\n  " + line;
  if (bad_ > shown_.size()) text += "\n  ... and " + std::to_string(bad_ - shown_.size()) + " more";
  return fail(Code::invalid, std::move(text));
}

}  // namespace tillcue::models
