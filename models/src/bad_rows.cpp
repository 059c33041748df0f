#include "tillcue/models/bad_rows.hpp"

#include <cstdio>
#include <utility>

namespace tillcue::models {

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

Result<void> BadRows::judge(double share, std::string_view what) const {
  if (static_cast<double>(bad_) <= share * static_cast<double>(rows_)) return {};
  char head[160];
  std::snprintf(head, sizeof head, ": %llu of %llu rows are bad, more than the %g %% allowed",
                static_cast<unsigned long long>(bad_), static_cast<unsigned long long>(rows_), share * 100);
  std::string text = std::string(what) + head + "; mend them or raise --max-bad-rows";
  for (auto const& line : shown()) text += "\n  " + line;
  if (bad_ > shown_.size()) text += "\n  ... and " + std::to_string(bad_ - shown_.size()) + " more";
  return fail(Code::invalid, std::move(text));
}

}  // namespace tillcue::models
