#!/usr/bin/env python3
"""The scoring part of core on Cortex-M under qemu-system-arm: a real bundle, the answers of the host, small and alone.

    controller.py SOURCE WORK TILLCUE_MODELS [CPU...]

Builds the image for each processor, looks at what was linked, lets it answer baskets and compares them with
`tillcue-models score --raw`. Prints size, memory and instructions a basket. Ends with 1 on any difference.
"""
import json
import pathlib
import random
import re
import subprocess
import sys

BOARDS = {  # processor: qemu's board, where the bundle lies, instructions a tick of its clock at -icount shift=0
    "cortex-m3": ("mps2-an385", 0x00100000, 40),
    "cortex-m4": ("mps2-an386", 0x00100000, 40),
    "cortex-m7": ("mps2-an500", 0x00100000, 40),
    "cortex-m33": ("mps2-an505", 0x10100000, 50),
}
FLASH, MOST_CODE, MOST_RAM, BASKETS = 256 * 1024, 8192, 8192, 60
FORBIDDEN = re.compile(r"malloc|calloc|realloc|\bfree\b|_sbrk|_Zn[wa]|_Zd[la]|__cxa_|_Unwind|abort|__gxx_personality")


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def make_bundle(models, work):
    """The sample store in the flash of a small controller, and baskets to ask it."""
    run(models, "sample", "--out", work, "--seed", "5", "--days", "20", "--customers", "400", "--force")
    bundle = work / "small.tcb"
    run(models, "build", "--transactions", work / "transactions.csv", "--items", work / "items.csv", "--out", bundle,
        "--max-bytes", FLASH)
    skus = [line.split(",")[0] for line in (work / "items.csv").read_text().splitlines()[1:]]
    drawn = random.Random(11)
    baskets = [drawn.sample(skus, 1 + n % 20) for n in range(BASKETS)]
    baskets[7] = ["no-such-sku"]
    baskets[9] = baskets[9] + baskets[9][:1]
    return bundle, baskets


def answers_of_host(models, bundle, baskets):
    asked = "".join(json.dumps({"basket": basket}) + "\n" for basket in baskets)
    told = run(models, "score", "--raw", "--k", "5", "--bundle", bundle, input=asked)
    answers = []
    for line in told.splitlines():
        answers.append([(s["sku"], round(s["probability"] * 1_000_000), s["reason"].get("with", ""))
                        for s in json.loads(line)["suggestions"]])
    return answers


def answers_of(line):
    answers = []
    for place in filter(None, line.split(";")):
        sku, _, ppm, because = place.split(" ")
        answers.append((sku, int(ppm), because))
    return answers


def linked_size(build):
    """Bytes of flash that the library and what it calls take, by the linker's map: without the demonstration."""
    text = (build / "firmware/controller/tillcue-controller.map").read_text()
    kept = text[text.index("Linker script and memory map"):]
    joined = re.sub(r"\n +0x", " 0x", kept)
    lines = re.findall(r"^ \.(?:text|rodata)\S* +0x([0-9a-f]+) +0x([0-9a-f]+) (\S+)", joined, re.M)
    return sum(int(size, 16) for _, size, place in lines if "demonstration" not in place and "board.cpp" not in place)


def simulate(cpu, image, bundle, text):
    board, at, _ = BOARDS[cpu]
    return subprocess.run(
        ["qemu-system-arm", "-M", board, "-nographic", "-monitor", "none", "-serial", "none", "-icount", "shift=0",
         "-semihosting-config", "enable=on,target=native", "-device",
         f"loader,file={bundle},addr={at:#x},force-raw=on", "-kernel", str(image)],
        input=text, capture_output=True, text=True, timeout=120)


def check(cpu, source, work, bundle, baskets, expected):
    build = work / cpu
    run("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DTILLCUE_CPU={cpu}", "-DCMAKE_BUILD_TYPE=MinSizeRel",
        f"-DCMAKE_TOOLCHAIN_FILE={source}/toolchains/cortex-m.cmake")
    run("cmake", "--build", build)
    image = build / "bin/tillcue-controller"
    wrong = []
    names = run("arm-none-eabi-nm", image)
    if found := FORBIDDEN.findall(names):
        wrong.append(f"links what needs a heap or exceptions: {sorted(set(found))}")
    if re.search(r"^\S+ [dD] ", names, re.M):
        wrong.append("has initialised data, which nothing copies at the start")
    code = linked_size(build)
    if not 1000 < code <= MOST_CODE:
        wrong.append(f"{code} bytes of code, at most {MOST_CODE}")

    done = simulate(cpu, image, bundle, "".join(",".join(basket) + "\n" for basket in baskets))
    lines = done.stderr.rstrip("\n").split("\n")  # where qemu writes what the board says
    summary = re.fullmatch(r"baskets (\d+) ticks (\d+) ram (\d+)", lines[-1]) if lines else None
    if done.returncode != 0 or not summary or int(summary[1]) != len(baskets):
        return [f"ended with {done.returncode}: {done.stderr[-300:]}"]
    for basket, line, right in zip(baskets, lines, expected):
        if answers_of(line) != right:
            wrong.append(f"{basket}: {answers_of(line)}, the host says {right}")
    ram, instructions = int(summary[3]), int(summary[2]) * BOARDS[cpu][2] // len(baskets)
    if ram > MOST_RAM:
        wrong.append(f"{ram} bytes of memory, at most {MOST_RAM}")

    damaged = work / "damaged.tcb"
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 4
    damaged.write_bytes(content)
    refused = simulate(cpu, image, damaged, "")
    if refused.returncode != 3 or "refused: rule" not in refused.stderr:
        wrong.append(f"a damaged bundle: {refused.returncode} {refused.stderr}")
    print(f"{cpu}: {code} bytes of code, {ram} of memory, {instructions} instructions a basket of 10.5 items, "
          f"{bundle.stat().st_size} bytes of bundle, {len(baskets)} answers compared, {len(wrong)} faults")
    return wrong


def main():
    source, work, models = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
    work.mkdir(parents=True, exist_ok=True)
    bundle, baskets = make_bundle(models, work)
    expected = answers_of_host(models, bundle, baskets)
    if sum(map(len, expected)) < 4 * len(baskets):
        sys.exit("the host says hardly anything: there is nothing to compare")
    faults = [f"{cpu}: {fault}" for cpu in sys.argv[4:] or BOARDS
              for fault in check(cpu, source, work, bundle, baskets, expected)]
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
