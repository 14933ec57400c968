"""The paper's full text template of one frame's 46 angles (integer degrees).

Toes, subtalar joints, scapulae and forearm rotation are left out, as in the paper.
"""

from typing import Final

FULL_TEMPLATE: Final = (
    "[Pelvis] tilt:{0}° list:{1}° rot:{2}° "
    "[R.Leg] hip:{3}°/{4}°/{5}° knee:{6}° ankle:{7}° "
    "[L.Leg] hip:{10}°/{11}°/{12}° knee:{13}° ankle:{14}° "
    "[Spine] lumbar:{17}°/{18}°/{19}° thorax:{20}°/{21}°/{22}° "
    "[Head] bend:{23}° ext:{24}° twist:{25}° "
    "[R.Arm] shoulder:{29}°/{30}°/{31}° elbow:{32}° wrist:{34}°/{35}° "
    "[L.Arm] shoulder:{39}°/{40}°/{41}° elbow:{42}° wrist:{44}°/{45}°"
)
