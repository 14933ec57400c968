"""The error hierarchy: what a person can fix, and what may pass on a retry."""


class GaitError(Exception):
    """A failure of the pipeline, with a one-sentence message for people."""


class InputError(GaitError):
    """Unusable arguments or invalid data: names the file, row, rule and value."""


class PoseError(InputError):
    """A pose file or sequence that cannot be read as SKEL-46 angles."""


class VideoError(InputError):
    """A video that does not decode, or whose time base cannot be trusted."""


class WeightsError(InputError):
    """A backbone or checkpoint that is missing, corrupt or of another kind."""


class UnfinishedError(WeightsError):
    """A checkpoint whose training has not ended."""


class CancelledError(GaitError):
    """A person asked for this work to stop."""


class TransientError(GaitError):
    """A failure that a retry may resolve (no memory, a busy device)."""


DEVICE_IS_FULL = ("CUDA error: out of memory", "STATUS_ALLOC_FAILED")
"""Messages of CUDA's own libraries, in errors for which torch has no class."""


def out_of_memory(error: BaseException) -> TransientError | None:
    """The error with its remedy, if a device or the machine ran out of memory.

    A device's error is recognised by its class name, which avoids loading torch.
    """
    is_device = type(error).__name__ == "OutOfMemoryError" or any(
        words in str(error) for words in DEVICE_IS_FULL
    )
    if not (
        is_device or isinstance(error, MemoryError) or "allocate memory" in str(error)
    ):
        return None
    where = "the device" if is_device else "this machine"
    return TransientError(
        f"{where} is out of memory: lower --batch-size, take a smaller backbone, or "
        "end what else uses it"
    )
