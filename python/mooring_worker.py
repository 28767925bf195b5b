"""Runs one model that only Python can run, for Mooring, which started this program confined.

Speaks frames over descriptor 3 (docs/formats/worker.md): load, predict, ping. One model a process,
one question at a time. Needs the standard library and whatever the model needs: with mlflow
installed the model is loaded by mlflow.pyfunc, otherwise by the loaders below.
"""

import array
import importlib
import os
import struct
import sys

SOCKET = 3
MAGIC = b"MOW1"
LOAD, LOADED, PREDICT, PREDICTED, PING, PONG, FAILED = range(1, 8)
MOST_BYTES = 64 << 20
INT32, INT64, FLOAT32, FLOAT64, BOOL, STRING, CATEGORY, TIMESTAMP = range(1, 9)
CODES = {INT32: "i", INT64: "q", FLOAT32: "f", FLOAT64: "d", BOOL: "B", TIMESTAMP: "q"}
KINDS = {INT32: "int32", INT64: "int64", FLOAT32: "float32", FLOAT64: "float64", BOOL: "bool"}
REFUSALS = (ValueError, TypeError, KeyError, IndexError, OverflowError)


class Broken(Exception):
    """The other side says what this protocol does not know: nothing can be saved."""


class Refused(ValueError):
    """The model's answer, or its rows, do not fit."""


class Quiet:
    """A text stream for what models print: it never fails and keeps nothing."""

    encoding = "utf-8"
    closed = False

    def write(self, text):
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False

    def fileno(self):
        return 2


class Reader:
    """Bytes from the front."""

    def __init__(self, data):
        self.data = memoryview(data)
        self.at = 0

    def bytes(self, size):
        end = self.at + size
        if end > len(self.data):
            raise Broken("a field ends behind the last byte")
        taken = self.data[self.at:end]
        self.at = end
        return taken

    def u8(self):
        return self.bytes(1)[0]

    def u32(self):
        return struct.unpack("<I", self.bytes(4))[0]

    def text(self):
        return str(self.bytes(self.u32()), "utf-8")


def text_bytes(text):
    data = text.encode("utf-8", "replace")
    return struct.pack("<I", len(data)) + data


# ---- the socket

def read_exactly(size):
    parts = []
    while size:
        part = os.read(SOCKET, min(size, 1 << 20))
        if not part:
            sys.exit(0)  # Mooring has gone
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_frame():
    magic, kind, sequence, size = struct.unpack("<4sIII", read_exactly(16))
    if magic != MAGIC or size > MOST_BYTES:
        raise Broken("no frame of this version")
    return kind, sequence, read_exactly(size)


def write_frame(kind, sequence, payload=b""):
    view = memoryview(struct.pack("<4sIII", MAGIC, kind, sequence, len(payload)) + payload)
    while view:
        view = view[os.write(SOCKET, view):]


def fail(sequence, refuses, problem):
    text = problem if isinstance(problem, str) else f"{type(problem).__name__}: {problem}"
    write_frame(FAILED, sequence, bytes([refuses]) + text_bytes(text[:2000]))


# ---- what may not be loaded twice

def optional(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def put_on_filter(code):
    """Refuses execve from here on. The numbers are Mooring's; the kernel adds filters up."""
    if not code:
        return
    import ctypes
    program = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    described = Program(len(code) // 8, ctypes.addressof(program))
    libc = ctypes.CDLL(None, use_errno=True)
    set_seccomp, filter_mode, no_new_privs = 22, 2, 38
    libc.prctl(no_new_privs, 1, 0, 0, 0)
    if libc.prctl(set_seccomp, filter_mode, ctypes.byref(described), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


# ---- loading: one function a flavour, each gives a function from inputs to outputs

def unpickled(path):
    """The model's own code runs here: that is why this process can do nothing else."""
    pickle = optional("cloudpickle") or importlib.import_module("pickle")
    with open(path, "rb") as file:
        return pickle.load(file)


def method_of(model, name):
    function = getattr(model, name, None)
    if not callable(function):
        raise Refused(f"the model is {type(model).__name__}, which has no method '{name}'")
    return function


def load_sklearn(path, flavor, function):
    return method_of(unpickled(os.path.join(path, flavor["pickled_model"])),
                     function.get("predict_fn") or "predict")


def load_catboost(path, flavor, function):
    catboost = importlib.import_module("catboost")
    model = getattr(catboost, flavor.get("model_type") or "CatBoost")()
    model.load_model(os.path.join(path, flavor["data"]), format=flavor.get("save_format") or "cbm")
    return model.predict


def load_lightgbm(path, flavor, function):
    file = os.path.join(path, flavor["data"])
    if file.endswith(".pkl"):
        return method_of(unpickled(file), function.get("predict_fn") or "predict")
    return importlib.import_module("lightgbm").Booster(model_file=file).predict


def load_xgboost(path, flavor, function):
    file = os.path.join(path, flavor["data"])
    if file.endswith(".pkl"):
        model = unpickled(file)
    else:
        module, name = (flavor.get("model_class") or "xgboost.core.Booster").rsplit(".", 1)
        model = getattr(importlib.import_module(module), name)()
        model.load_model(file)
    xgboost = importlib.import_module("xgboost")
    if isinstance(model, xgboost.Booster):
        return lambda rows: model.predict(xgboost.DMatrix(rows))
    return method_of(model, "predict")


def load_pytorch(path, flavor, function):
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    file = os.path.join(path, flavor["model_data"])
    if os.path.isdir(file):
        file = os.path.join(file, "model.pth")
    model = torch.load(file, map_location="cpu", weights_only=False)
    model.eval()

    def predict(rows):
        values = rows if hasattr(rows, "dtype") else rows.to_numpy(dtype="float32")
        with torch.no_grad():
            return model(torch.from_numpy(values)).numpy()
    return predict


def load_module(path, function):
    """Any loader module: what it gives has a method predict."""
    module = importlib.import_module(function["loader_module"])
    data = function.get("data") or function.get("model_path") or ""
    model = module._load_pyfunc(os.path.join(path, data) if data else path)
    return method_of(model, function.get("predict_fn") or "predict")


FLAVORS = (("sklearn", "pickled_model", load_sklearn), ("catboost", "data", load_catboost),
           ("lightgbm", "data", load_lightgbm), ("xgboost", "data", load_xgboost),
           ("pytorch", "model_data", load_pytorch))


def part_of(texts, flavor):
    start = flavor + "."
    return {key[len(start):]: value for key, value in texts.items() if key.startswith(start)}


def load_model(texts):
    path, function = texts["directory"], part_of(texts, "python_function")
    if function.get("code"):
        sys.path.insert(0, os.path.join(path, function["code"]))
    loader = function.get("loader_module", "")
    pyfunc = optional("mlflow.pyfunc") if loader.startswith("mlflow.") else None
    if pyfunc:
        return pyfunc.load_model(path).predict
    for name, needed, load in FLAVORS:
        flavor = part_of(texts, name)
        if flavor.get(needed) and loader in ("", "mlflow." + name):
            return load(path, flavor, function)
    return load_module(path, function)


# ---- tables

class Column:
    def __init__(self, name, kind, extra):
        self.name, self.kind, self.extra = name, kind, extra  # nullable, or how many columns


class Table:
    """How rows come and answers go: what the load frame said."""

    def __init__(self, reader):
        self.tensor = reader.u8() == 1
        self.inputs = [Column(reader.text(), reader.u8(), reader.u8())
                       for _ in range(reader.u32())]
        self.outputs = [Column(reader.text(), reader.u8(), reader.u32())
                        for _ in range(reader.u32())]
        self.numpy, self.pandas = optional("numpy"), optional("pandas")

    def read_rows(self, payload):
        reader = Reader(payload)
        rows, width = reader.u32(), reader.u32()
        if width != len(self.inputs):
            raise Broken("another number of columns")
        columns = [self.read_column(reader, rows) for _ in range(width)]
        return rows, self.as_input(columns)

    def read_column(self, reader, rows):
        kind = reader.u8()
        nulls = bytes(reader.bytes((rows + 7) // 8)) if reader.u8() else None
        if kind == STRING:
            lengths = struct.unpack(f"<{rows}I", reader.bytes(4 * rows))
            values = [str(reader.bytes(length), "utf-8") for length in lengths]
        else:
            code = CODES[kind]
            values = array.array(code)
            values.frombytes(reader.bytes(values.itemsize * rows))
        return kind, values, nulls

    def as_input(self, columns):
        if self.tensor and self.numpy:
            return self.numpy.column_stack([self.as_array(*column) for column in columns])
        if self.pandas:
            return self.pandas.DataFrame(
                {about.name: self.as_series(*column)
                 for about, column in zip(self.inputs, columns)})
        return {about.name: as_list(*column) for about, column in zip(self.inputs, columns)}

    def as_array(self, kind, values, nulls):
        return self.numpy.array(values, dtype=KINDS[kind])  # nulls are NaN there already

    def as_series(self, kind, values, nulls):
        """As MLflow's own casts leave them: whole numbers with nulls become floats."""
        if kind == STRING:
            return self.numpy.array(as_list(kind, values, nulls), dtype=object)
        if kind == TIMESTAMP:
            times = self.numpy.array(values, dtype="datetime64[us]").astype("datetime64[ns]")
            for row in rows_of(nulls, len(values)):
                times[row] = self.numpy.datetime64("NaT")
            return times
        made = self.numpy.array(values, dtype=KINDS[kind])
        if nulls and kind in (INT32, INT64):
            made = made.astype("float64")
            made[list(rows_of(nulls, len(values)))] = float("nan")
        elif nulls and kind == BOOL:
            return self.numpy.array(as_list(kind, values, nulls), dtype=object)
        return made

    def write_answer(self, answer, rows):
        columns = self.columns_of(answer, rows)
        if len(columns) != sum(output.extra for output in self.outputs):
            raise Refused(f"the model gave {len(columns)} columns, its signature says "
                          f"{sum(output.extra for output in self.outputs)}")
        parts, at = [struct.pack("<II", rows, len(columns))], 0
        for output in self.outputs:
            for values in columns[at:at + output.extra]:
                if len(values) != rows:
                    raise Refused(f"the model gave {len(values)} answers to {rows} rows")
                parts.append(column_bytes(output, values))
            at += output.extra
        return b"".join(parts)

    def columns_of(self, answer, rows):
        """Columns, each a list, of whatever a model gives."""
        if self.pandas and isinstance(answer, self.pandas.DataFrame):
            names = [output.name for output in self.outputs]
            if all(name in answer.columns for name in names):
                answer = answer[names]
            return [answer.iloc[:, place].tolist() for place in range(answer.shape[1])]
        if isinstance(answer, dict):
            return [plain(answer[output.name]) for output in self.outputs]
        values = plain(answer)
        if not isinstance(values, (list, tuple)):
            raise Refused(f"the model gave {type(answer).__name__}, not one answer a row")
        if values and isinstance(values[0], (list, tuple)):
            if len(values) != rows or len({len(row) for row in values}) != 1:
                raise Refused("the model's answers are not all of one length")
            return [list(column) for column in zip(*values)]
        return [list(values)]


def plain(values):
    return values.tolist() if hasattr(values, "tolist") else values


def rows_of(nulls, rows):
    return (row for row in range(rows) if nulls and nulls[row // 8] >> (row % 8) & 1)


def as_list(kind, values, nulls):
    plain_values = [bool(value) for value in values] if kind == BOOL else list(values)
    for row in rows_of(nulls, len(plain_values)):
        plain_values[row] = None
    return plain_values


def checked(kind, value):
    """The value as its type's own, or an error: nothing is rounded to fit."""
    if kind == BOOL:
        if value not in (0, 1):
            raise Refused(f"{value!r} is not a boolean")
        return int(value)
    if kind in (FLOAT32, FLOAT64):
        return float(value)
    if isinstance(value, float) and not value.is_integer():
        raise Refused(f"{value!r} is not a whole number")
    return int(value)


def column_bytes(output, values):
    kind, rows = output.kind, len(values)
    null_rows = [row for row, value in enumerate(values) if value is None or value != value]
    if kind in (FLOAT32, FLOAT64):
        null_rows = [row for row in null_rows if values[row] is None]
    head = bytes([kind, 1 if null_rows else 0])
    if null_rows:
        bits = bytearray((rows + 7) // 8)
        for row in null_rows:
            bits[row // 8] |= 1 << (row % 8)
        head += bytes(bits)
        empty = "" if kind == STRING else float("nan") if kind in (FLOAT32, FLOAT64) else 0
        values = list(values)
        for row in null_rows:
            values[row] = empty
    if kind == STRING:
        texts = [str(value).encode("utf-8", "replace") for value in values]
        return head + struct.pack(f"<{rows}I", *map(len, texts)) + b"".join(texts)
    return head + array.array(CODES[kind], [checked(kind, value) for value in values]).tobytes()


# ---- the conversation

def load(payload):
    reader = Reader(payload)
    texts = {}
    for _ in range(reader.u32()):
        key = reader.text()
        texts[key] = reader.text()
    table = Table(reader)
    put_on_filter(bytes(reader.bytes(reader.u32())))
    return table, load_model(texts)


def answer(sequence, payload, table, predict):
    try:
        rows, inputs = table.read_rows(payload)
        made = table.write_answer(predict(inputs), rows)
    except Broken:
        raise
    except REFUSALS as problem:
        fail(sequence, True, problem)
    except BaseException as problem:  # a model may raise what it likes, SystemExit too
        fail(sequence, False, problem)
    else:
        if len(made) > MOST_BYTES:
            fail(sequence, True, "the answer is too large")
        else:
            write_frame(PREDICTED, sequence, made)


def main():
    sys.stdout = sys.stderr = Quiet()
    table = predict = None
    while True:
        kind, sequence, payload = read_frame()
        if kind == PING:
            write_frame(PONG, sequence)
        elif kind == LOAD and predict is None:
            try:
                table, predict = load(payload)
            except BaseException as problem:
                fail(sequence, False, problem)
            else:
                write_frame(LOADED, sequence, text_bytes(sys.version.split()[0]))
        elif kind == PREDICT and predict is not None:
            answer(sequence, payload, table, predict)
        else:
            raise Broken(f"a frame of kind {kind} is not expected here")


if __name__ == "__main__":
    main()
