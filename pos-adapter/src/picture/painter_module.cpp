#include <dlfcn.h>

#include "painter_entry.hpp"
#include "tillcue/pos/slip_painter.hpp"

namespace tillcue::pos {

std::filesystem::path painter_beside_program() {
  std::error_code unknown;
  auto const program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  return program.parent_path().parent_path() / "lib" / "tillcue" / "tillcue-painter.so";
}

Result<std::shared_ptr<SlipPainter>> load_painter(std::filesystem::path const& module) {
  // Never unloaded: the libraries behind it do not bear it.
  void* loaded = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (loaded == nullptr) {
    auto const* why = ::dlerror();
    return fail(Code::not_found, module.string() + ": cannot be loaded: " + (why != nullptr ? why : "no reason given") +
                                     "; what the printer's own letters lack is spelled in ASCII");
  }
  auto const make = reinterpret_cast<PainterEntry>(::dlsym(loaded, kPainterEntry));
  auto* painter = make != nullptr ? make(TILLCUE_VERSION) : nullptr;
  if (painter == nullptr) return fail(Code::unsupported, module.string() + ": is not of version " TILLCUE_VERSION);
  return std::shared_ptr<SlipPainter>(painter, [](SlipPainter*) {});  // it lives as long as its module
}

}  // namespace tillcue::pos
