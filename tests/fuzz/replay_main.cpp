#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

/// Runs a fuzz target once over every file of the folders named, in the ordinary test run.
/// Exit code 1 when there is none, so that a corpus cannot get lost unnoticed.
int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int n = 1; n < argc; ++n) {
    std::error_code missing;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(argv[n], missing)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::vector<char> const content{std::istreambuf_iterator<char>(in), {}};
      std::fprintf(stderr, "%s\n", entry.path().c_str());  // the last one named is the one that crashed
      LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(content.data()), content.size());
      ++files;
    }
    if (missing) std::fprintf(stderr, "%s: %s\n", argv[n], missing.message().c_str());
  }
  std::printf("%zu inputs replayed\n", files);
  return files == 0 ? 1 : 0;
}
