#include "paper_book.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

#include "tillcue/core/whole_file.hpp"

namespace tillcue::terminal {

PaperBook::PaperBook(std::filesystem::path file, unsigned day_limit) : file_(std::move(file)), day_limit_(day_limit) {
  auto const text = read_regular_file(file_, 256);  // what we write is shorter
  if (!text) return;
  auto const kept = nlohmann::json::parse(*text, nullptr, false);
  if (!kept.is_object() || !kept.contains("day") || !kept["day"].is_number_integer()) return;
  if (!kept.contains("mm") || !kept["mm"].is_number_unsigned() || kept["mm"].get<std::uint64_t>() > 1'000'000'000)
    return;
  day_ = std::chrono::sys_days(std::chrono::days(kept["day"].get<std::int32_t>()));
  used_ = kept["mm"].get<unsigned>();
}

bool PaperBook::allows(unsigned millimetres, std::chrono::sys_days today) const noexcept {
  return day_limit_ == 0 || used_on(today) + millimetres <= day_limit_;
}

Result<void> PaperBook::used(unsigned millimetres, std::chrono::sys_days today) {
  used_ = used_on(today) + millimetres;
  day_ = today;
  auto const draft = std::filesystem::path(file_) += ".new";
  {
    std::ofstream stream(draft, std::ios::binary | std::ios::trunc);
    stream << nlohmann::json{{"day", day_.time_since_epoch().count()}, {"mm", used_}}.dump();
    if (!stream.flush()) return fail(Code::io, draft.string() + ": cannot be written; free some space");
  }
  std::error_code failed;
  std::filesystem::rename(draft, file_, failed);
  if (failed) return fail(Code::io, file_.string() + ": " + failed.message());
  return {};
}

}  // namespace tillcue::terminal
