#include "key_folder.hpp"

#include <algorithm>
#include <system_error>

namespace tillcue::sync {

namespace fs = std::filesystem;

Result<void> make_key_folder(fs::path const& folder) {
  std::error_code error;
  bool const fresh = fs::create_directories(folder, error);
  if (error) return fail(Code::io, folder.string() + ": " + error.message());
  if (fresh) fs::permissions(folder, fs::perms::owner_all, error);
  return {};
}

Result<std::vector<std::string>> names_in_key_folder(fs::path const& folder, std::string_view end) {
  std::error_code error;
  fs::directory_iterator files{folder, error};
  if (error) return fail(Code::not_found, folder.string() + ": " + error.message() + "; make keys with `keys init`");
  std::vector<std::string> names;
  for (auto const& file : files) {
    auto const name = file.path().filename().string();
    if (name.ends_with(end)) names.push_back(name.substr(0, name.size() - end.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tillcue::sync
